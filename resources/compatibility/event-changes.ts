import type { Break, Changes, Direction, Note } from './change.ts';
import { type Contract, consumersOf, type EventContract, type EventVersion } from './contract.ts';
import { goneProperties } from './gone-properties.ts';
import { type Located, resolveSchema } from './json-schema.ts';
import { unreadable } from './unreadable.ts';

/**
 * Reads an event as today's code does, lifting it: `registry.upcast`. Throws where it cannot.
 */
export type ReadEvent = (event: unknown) => unknown;

/**
 * Every way in which readers of one version cannot read the events of the other one. What is stored stays readable for good:
 * no event type, version, property, attribute or sample goes. A new version breaks nobody, since who does not know it waits.
 */
export function eventChanges(before: Contract, today: Contract, read: ReadEvent): Changes {
  const breaks: Break[] = [];
  const notes: Note[] = [];
  for (const old of before.events) {
    const event = today.events.find(({ eventType }) => eventType === old.eventType);
    const readers = readersOf(before, today, old);
    if (!event) {
      const why = 'is gone, but such events are stored for good';
      const remedy = 'Keep the definition and its reader, also where nothing writes it any more.';
      breaks.push({ at: old.eventType, kind: 'event', direction: 'backward', why, hurts: readers, remedy });
      continue;
    }
    breaks.push(...attributeBreaks(before, today, old, event));
    for (const version of old.versions)
      breaks.push(...versionBreaks(before, today, old, version, event, read));
    notes.push(...versionNotes(before, old, event));
  }
  return { breaks, notes };
}

function versionBreaks(
  before: Contract,
  today: Contract,
  old: EventContract,
  version: EventVersion,
  event: EventContract,
  read: ReadEvent,
): Break[] {
  const name = `${old.eventType} v${version.schemaVersion}`;
  const same = event.versions.find(({ schemaVersion }) => schemaVersion === version.schemaVersion);
  const breaks = (
    direction: Direction,
    found: readonly { path: string; why: string }[],
    remedy?: string,
  ): Break[] =>
    found.map(({ path, why }) => ({
      at: placeOf(name, path),
      kind: 'event',
      direction,
      why,
      hurts:
        direction === 'forward' ? [...consumersOf(before, old.eventType)] : readersOf(before, today, old),
      ...(remedy && { remedy }),
    }));
  if (!same) {
    const keep = 'Keep its schema (`olderSchemas`), its upcaster and its sample.';
    return breaks('backward', [{ path: '', why: 'is gone, but such events are stored for good' }], keep);
  }
  const was = whole({ schema: version.schema, document: before.asyncApi });
  const is = whole({ schema: same.schema, document: today.asyncApi });
  const gone = goneProperties(was, is);
  const found = [
    ...breaks(
      'backward',
      gone.map((path) => ({ path, why: 'is gone: today’s code drops what is stored there' })),
    ),
    ...breaks('backward', unreadable(is, was)),
    ...breaks('forward', unreadable(was, is)),
  ];
  if (same.samples.length === 0) {
    found.push(...breaks('backward', [{ path: '', why: 'has no sample any more' }], 'Put its sample back.'));
  }
  return found.length > 0 ? found : breaks('backward', unreadableSamples(version, read), UPCAST);
}

/** Without a name of its own, so that the place is named by event and version. */
const whole = (located: Located): Located => ({ ...located, schema: resolveSchema(located) });

/** What belongs to the envelope is the same in every event, and named once. */
function placeOf(version: string, path: string): string {
  if (path === '') return version;
  const isOwn = /^(data|eventType|aggregateType|schemaVersion)\b/.test(path);
  return `${isOwn ? version : EVERY_EVENT}: ${path.replace(/^#EventMetadata/, 'metadata')}`;
}

export const EVERY_EVENT = 'every event';

const UPCAST = 'Mend the upcaster: an upcaster never changes once events of the next version exist.';

/** A schema may allow what an upcaster or a check of the code does not. */
function unreadableSamples({ samples }: EventVersion, read: ReadEvent): { path: string; why: string }[] {
  return samples.flatMap((sample) => {
    try {
      read(sample);
      return [];
    } catch (error) {
      return [{ path: '', why: `the sample that was kept cannot be read: ${(error as Error).message}` }];
    }
  });
}

function attributeBreaks(
  before: Contract,
  today: Contract,
  old: EventContract,
  event: EventContract,
): Break[] {
  return Object.entries(old.attributes).flatMap(([attribute, type]) => {
    const now = event.attributes[attribute];
    if (now === type) return [];
    const why = now ? `is of type ${now}, and was of type ${type}` : 'is gone, and filters may ask for it';
    const remedy = `Keep the attribute as it is; a new one takes another name.`;
    const filtering = [before, today].flatMap(({ consumers }) =>
      consumers.filter(({ filter }) => attribute in filter).map(({ name }) => name),
    );
    const hurts = [...new Set(filtering)];
    return [
      {
        at: `${old.eventType}: attribute ${attribute}`,
        kind: 'event',
        direction: 'forward',
        why,
        hurts,
        remedy,
      },
    ];
  });
}

function versionNotes(before: Contract, old: EventContract, event: EventContract): Note[] {
  const known = new Set(old.versions.map(({ schemaVersion }) => schemaVersion));
  return event.versions
    .filter(({ schemaVersion, isWritten }) => isWritten && !known.has(schemaVersion))
    .map(({ schemaVersion }) => ({
      at: `${old.eventType} v${schemaVersion}`,
      text:
        `is written by the same release that can read it first. Consumers of ${before.name} wait for it during the deployment, ` +
        'and after a rollback. A release that only reads it, before, avoids that: docs/operations/schema-change.md',
    }));
}

/** Those who meet a stored event: its consumers, and every command and query that reads its stream. */
const readersOf = (
  before: Contract,
  today: Contract,
  { eventType, aggregateType }: EventContract,
): string[] => [
  ...new Set([...consumersOf(before, eventType), ...consumersOf(today, eventType)]),
  `every function that loads ${aggregateType} streams`,
];
