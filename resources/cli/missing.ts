/** `npm run missing`: what a new event, consumer, projection or route still lacks, and the file where to add it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { application } from '#application';
import { type EventType, eventDefinitions, registry } from '#domain/index.ts';
import { checksOf } from '#functions/operations/audit/delivery-checks.ts';
import { projections } from '#read-model/projections.ts';
import { runCommand } from './arguments.ts';

const root = resolve(import.meta.dirname, '../..');

/** A folder below `functions` with a handler. */
interface Folder {
  /** Its name, which is the function's too. */
  name: string;
  path: string;
  kind: 'command' | 'consumer' | 'projection' | 'operation' | 'route' | 'function';
  /** What its YAML says of the function or consumer. */
  declared: Declared;
  hasRoute: boolean;
}

interface Declared {
  permissions?: unknown;
  /** False where only our own functions send to the consumer's queue. */
  subscribed?: boolean;
  filter?: { eventType?: unknown[]; aggregateType?: unknown[] };
}

/** `[what, lacks, file]`, where the file is the one to write. */
type MissingAt = [what: string, lacks: string, file: string];

const PLACES = {
  serverless: 'serverless.yml',
  application: 'shared/application.ts',
  projections: 'shared/read-model/projections.ts',
  registry: 'shared/domain/index.ts',
  deliveryChecks: 'functions/operations/audit/delivery-checks.ts',
  permissions: 'tests/support/iam-coverage.ts',
  requests: 'tests/contract/valid-requests.ts',
  simulationChecks: 'tests/properties/checks/by-consumer.ts',
  stories: 'tests/properties/simulator/stories.ts',
  demo: 'resources/cli/demo/demo.ts',
  answers: 'tests/contract/every-answer.test.ts',
  deliveries: 'tests/integration/routing/filter-policies.test.ts',
  architecture: 'docs/architecture.md',
} as const;

function main(): void {
  const lacks = [...functionFolders().flatMap(lacksOfFolder), ...lacksOfEvents()];
  for (const [what, lack, file] of lacks) console.log(`${what} lacks ${lack}: ${file}`);
  if (lacks.length === 0) console.log('nothing is missing');
  process.exitCode = lacks.length > 0 ? 1 : 0;
}

function functionFolders(): Folder[] {
  return globSync('functions/*/*/handler.ts', { cwd: root })
    .toSorted()
    .map((file) => {
      const path = dirname(file);
      const texts = globSync('*.yml', { cwd: join(root, path) }).map((name) => read(join(path, name)));
      return {
        name: basename(path),
        path,
        kind: kindOf(path, texts),
        declared: declaredIn(path),
        hasRoute: texts.some((text) => text.includes('httpApi')),
      };
    });
}

function kindOf(path: string, texts: string[]): Folder['kind'] {
  if (path.startsWith('functions/commands/')) return 'command';
  if (path.startsWith('functions/consumers/')) return 'consumer';
  if (path.startsWith('functions/projections/')) return 'projection';
  if (path.startsWith('functions/operations/')) return 'operation';
  return texts.some((text) => text.includes('httpApi')) ? 'route' : 'function';
}

function declaredIn(path: string): Declared {
  if (existsSync(join(root, path, 'consumer.yml'))) return parse(read(`${path}/consumer.yml`));
  if (!existsSync(join(root, path, 'function.yml'))) return {};
  const functions: Record<string, Declared> = parse(read(`${path}/function.yml`));
  return functions[basename(path)] ?? {};
}

function lacksOfFolder(folder: Folder): MissingAt[] {
  const { name, path, kind } = folder;
  const what = `${kind} ${name}`;
  const lacks: MissingAt[] = [];
  const needs = (isThere: boolean, lack: string, file: string) => {
    if (!isThere) lacks.push([what, lack, file]);
  };

  needs(new RegExp(`[ (]${path}/`).test(read(PLACES.serverless)), 'its line', PLACES.serverless);
  const sample = `tests/events/${name}.json`;
  needs(existsSync(join(root, sample)), 'a sample event', sample);
  if (folder.hasRoute || kind === 'command') {
    needs(existsSync(join(root, path, 'openapi.ts')), 'its OpenAPI description', `${path}/openapi.ts`);
    needs(mentions(PLACES.requests, name), 'a valid request', PLACES.requests);
    // What calls nothing gives no answer of its own.
    const isTried = mentions(PLACES.answers, name) || folder.declared.permissions === undefined;
    needs(isTried, 'a test of its answers', PLACES.answers);
  }
  if (kind === 'command') {
    needs(folder.declared.permissions !== undefined, 'permissions', `${path}/function.yml`);
    needs(mentions(PLACES.stories, name), 'a client in the simulation', PLACES.stories);
  }
  // The topic brings consumers and the publisher what they are sent there; a function without permissions calls nothing.
  const isSubscribed = folder.declared.subscribed !== false;
  const isInvoked = folder.hasRoute || kind === 'operation' || kind === 'projection';
  if (isInvoked && folder.declared.permissions !== undefined) {
    const isLed = globSync('tests/support/iam-coverage*.ts', { cwd: root }).some((file) =>
      leads(file, folder),
    );
    needs(isLed, 'a path that proves its permissions', PLACES.permissions);
  }
  if (kind === 'consumer' || kind === 'projection') {
    needs(folder.declared.permissions !== undefined, 'permissions', `${path}/consumer.yml`);
    if (isSubscribed) {
      needs(mentions(PLACES.simulationChecks, name), 'a check of the simulation', PLACES.simulationChecks);
      needs(mentions(PLACES.demo, name), 'its column in the demo', PLACES.demo);
      needs(mentions(PLACES.deliveries, name), 'the list of what it receives', PLACES.deliveries);
    }
    needs(read(PLACES.architecture).includes(`\n| ${name} |`), 'its row', PLACES.architecture);
  }
  if (kind === 'projection') {
    const names: readonly string[] = application.projections;
    needs(names.includes(name), 'its name', PLACES.application);
    const isListed = projections.some((projection) => projection.name === name);
    needs(isListed, 'its projection', PLACES.projections);
  }
  if (kind === 'consumer' && existsSync(join(root, path, 'delivery-check.ts'))) {
    const isListed = read(PLACES.deliveryChecks).includes(`#${path}/delivery-check.ts`);
    needs(isListed, 'the use of its delivery check', PLACES.deliveryChecks);
  }
  return lacks;
}

function lacksOfEvents(): MissingAt[] {
  const { eventTypes } = registry;
  const defined = globSync('shared/domain/**/*.ts', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/defineEvent\(\{\s*eventType: '(\w+)'/g)].map(([, eventType]) =>
      String(eventType),
    ),
  );
  const unlisted = defined
    .filter((eventType) => !(eventTypes as readonly string[]).includes(eventType))
    .map((eventType): MissingAt => [`event ${eventType}`, 'its line', PLACES.registry]);
  const receivers = functionFolders().filter(({ declared }) => declared.filter);
  return [...unlisted, ...eventTypes.flatMap((eventType) => lacksOfEvent(eventType, receivers))];
}

function lacksOfEvent(eventType: EventType, all: Folder[]): MissingAt[] {
  const what = `event ${eventType}`;
  const { aggregateType, schemaVersion, samples } = eventDefinitions[eventType];
  const lacks: MissingAt[] = [];
  for (let version = 1; version <= schemaVersion; version++) {
    if (!(version in samples))
      lacks.push([what, `a sample of version ${version}`, definitionFile(eventType)]);
  }
  const checks = globSync('tests/properties/checks/*.ts', { cwd: root });
  if (!checks.some((file) => read(file).includes(`'${aggregateType}'`))) {
    lacks.push([
      what,
      `a check of ${aggregateType} streams in the simulation`,
      'tests/properties/checks/read-side.ts',
    ]);
  }

  const receivers = all.filter(({ declared: { filter } }) => {
    const isTaken = (values: unknown[] | undefined, value: string) => values?.includes(value) ?? true;
    return isTaken(filter?.eventType, eventType) && isTaken(filter?.aggregateType, aggregateType);
  });
  const checked = checksOf(eventType).map(({ consumer }) => consumer);
  for (const { kind, name } of receivers) {
    if (kind === 'projection' && !checked.includes(name)) {
      lacks.push([what, `a view of ${aggregateType} in ${name}`, PLACES.application]);
    }
  }
  // What one of them has had was published, and SNS gives what was published to every subscription.
  const consumers = receivers.filter(({ kind }) => kind === 'consumer');
  const [first] = consumers;
  if (first && !consumers.some(({ name }) => checked.includes(name))) {
    const others =
      consumers.length > 1 ? `one of ${consumers.map(({ name }) => name).join(', ')}` : first.name;
    lacks.push([what, `a delivery check by ${others}`, `${first.path}/delivery-check.ts`]);
  }
  return lacks;
}

const definitionFile = (eventType: string): string =>
  globSync('shared/domain/**/*.ts', { cwd: root }).find((file) =>
    read(file).includes(`defineEvent({\n  eventType: '${eventType}'`),
  ) ?? PLACES.registry;

/** As a string or as a key. */
const mentions = (file: string, name: string): boolean =>
  existsSync(join(root, file)) && new RegExp(`'${name}'|^\\s*${name}:`, 'm').test(read(file));

/** By its name, or with its handler. */
const leads = (file: string, { name, path }: Folder): boolean =>
  mentions(file, name) || read(file).includes(`#${path}/handler.ts`);

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

runCommand({
  usage:
    'npm run missing\nPrints what a new event, consumer, projection or route still lacks, and the file where to add it.',
  options: {},
  run: async () => main(),
});
