/** `npm run schema`: the events and their schemas for people, and what differs from another version of them. */
import { registry } from '#domain/index.ts';
import {
  type Baseline,
  contractAt,
  contractOfMain,
  releasedContract,
} from '#resources/compatibility/baselines.ts';
import {
  type Contract,
  consumersOf,
  contractOfToday,
  type EventVersion,
} from '#resources/compatibility/contract.ts';
import {
  alternativesOf,
  type JsonObject,
  type Located,
  propertiesOf,
  requiredOf,
  resolveSchema,
  type Schema,
} from '#resources/compatibility/json-schema.ts';
import { judge } from '#resources/compatibility/judge.ts';
import { reportOf, wrapped } from '#resources/compatibility/report.ts';
import { asksForHelp, printError, UsageError } from './arguments.ts';
import { nearest } from './nearest.ts';
import { table } from './table.ts';

const usage = `npm run schema -- list                    every event type, its versions and its consumers
npm run schema -- show OrderCreated       the data of an event, in the newest version
npm run schema -- show OrderCreated@1     … in an older one
npm run schema -- diff main               what breaks with main, \`released\`, a commit or a tag

The documents in shared/api are what is shown: npm run contract writes them anew.`;

type Print = (line: string) => void;

const commands: Record<
  string,
  (today: Contract, argument: string | undefined, print: Print) => void | Promise<void>
> = {
  list,
  show,
  diff,
};

/** Runs one of them with the arguments of a command line. Throws UsageError. */
export async function runSchema(args: readonly string[], print: Print): Promise<void> {
  if (asksForHelp(args)) return print(usage);
  const [name, argument, ...more] = args;
  if (name === undefined) throw new UsageError('Say what to do: list, show or diff.');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const meant = nearest(name, Object.keys(commands));
    throw new UsageError(`There is no ${name}${meant ? `; did you mean ${meant}?` : '.'}`);
  }
  if (more.length > 0) throw new UsageError(`${more.join(' ')}: ${name} takes one argument at the most.`);
  await command(await contractOfToday(), argument, print);
}

function list(today: Contract, argument: string | undefined, print: Print): void {
  if (argument !== undefined) throw new UsageError(`${argument}: list takes no argument.`);
  const rows = today.events.map(({ eventType, aggregateType, versions, attributes }) => [
    eventType,
    aggregateType,
    versions
      .map(({ schemaVersion, isWritten }) => `${schemaVersion}${isWritten ? '' : ' (only read)'}`)
      .join(', '),
    Object.keys(attributes)
      .filter((name) => name !== 'eventType' && name !== 'aggregateType')
      .join(', '),
    consumersOf(today, eventType).join(', '),
  ]);
  print(table(['event', 'aggregate', 'versions', 'attributes', 'consumers'], rows, { keep: ['event'] }));
}

function show(today: Contract, argument: string | undefined, print: Print): void {
  if (argument === undefined)
    throw new UsageError('Say which event to show: show OrderCreated, or show OrderCreated@1.');
  const { eventType, version } = eventOf(today, argument);
  const event = resolveSchema({ schema: version.schema, document: today.asyncApi });
  const rows = fieldsOf({ schema: propertiesOf(event).data ?? true, document: today.asyncApi });
  print(
    `${eventType} v${version.schemaVersion}${version.isWritten ? '' : ', which is read and not written yet'}`,
  );
  for (const line of wrapped(`consumers: ${consumersOf(today, eventType).join(', ') || 'none'}`, '  '))
    print(line);
  print('');
  print(table(['data', 'type', 'may be missing'], rows, { keep: ['data'] }));
  const [sample] = version.samples as { data: unknown }[];
  if (sample) print(`\n${JSON.stringify(sample.data, undefined, 2)}`);
}

async function diff(today: Contract, argument: string | undefined, print: Print): Promise<void> {
  if (argument === undefined)
    throw new UsageError('Say with what to compare: diff main, diff released, or diff v1.2.3.');
  const baseline = await baselineOf(argument);
  if (!baseline.contract) throw new UsageError(`${baseline.why[0]?.toUpperCase()}${baseline.why.slice(1)}.`);
  const judgement = judge(today, { released: baseline.contract }, [], registry.upcast);
  print(`compared with ${baseline.contract.name}`);
  const lines = reportOf(judgement, undefined);
  for (const line of lines) print(line);
  if (lines.length === 0) print('Nothing that others rely on differs.');
}

function baselineOf(argument: string): Promise<Baseline> {
  if (argument === 'main') return contractOfMain();
  return argument === 'released' ? releasedContract() : contractAt(argument);
}

function eventOf(today: Contract, argument: string): { eventType: string; version: EventVersion } {
  const [eventType = '', number] = argument.split('@');
  const event = today.events.find((one) => one.eventType === eventType);
  if (!event) {
    const meant = nearest(
      eventType,
      today.events.map((one) => one.eventType),
    );
    throw new UsageError(`There is no event ${eventType}${meant ? `; did you mean ${meant}?` : '.'}`);
  }
  const version = event.versions.find(({ schemaVersion }, index) =>
    number === undefined ? index === event.versions.length - 1 : String(schemaVersion) === number,
  );
  if (!version) {
    const versions = event.versions.map(({ schemaVersion }) => schemaVersion).join(', ');
    throw new UsageError(`There is no ${argument}: the versions of ${eventType} are ${versions}.`);
  }
  return { eventType, version };
}

/** Each property, those within after the one that holds them: `items[].sku`, its type, and whether it may be missing. */
function fieldsOf({ schema, document }: Located, path = ''): string[][] {
  const [object] = alternativesOf(resolveSchema({ schema, document }), document);
  const required = new Set(requiredOf(object ?? {}));
  return Object.entries(propertiesOf(object ?? {})).flatMap(([name, property]) => {
    const place = path === '' ? name : `${path}.${name}`;
    const shape = resolveSchema({ schema: property, document });
    const within = shape.items === undefined ? property : (shape.items as Schema);
    return [
      [place, typeOf(shape, document), required.has(name) ? '' : 'yes'],
      ...fieldsOf({ schema: within, document }, shape.items === undefined ? place : `${place}[]`),
    ];
  });
}

function typeOf(shape: JsonObject, document: unknown): string {
  const kinds = alternativesOf(shape, document).map((one) => {
    if ('const' in one) return JSON.stringify(one.const);
    if (Array.isArray(one.enum)) return one.enum.map((value) => JSON.stringify(value)).join(' | ');
    return [one.type ?? 'anything', one.format ?? one.pattern].filter((part) => part !== undefined).join(' ');
  });
  return kinds.join(' | ');
}

if (import.meta.main) {
  try {
    await runSchema(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    printError(error, usage);
    process.exitCode = 1;
  }
}
