import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type AddedNumbers, addAsBatch } from './inbox-batch.ts';
import { type Counted, claim } from './inbox-markers.ts';
import { type ItemKey, nameOfKey } from './keys.ts';

/** What one event adds to the numbers of one item. */
export interface Change {
  eventId: string;
  target: ItemKey;
  /** See `Counted`; the target, where it is left out. */
  scope?: ItemKey;
  add: AddedNumbers;
}

type ScopedChange = Change & Counted;

/** Of events that other processes have at the same moment. */
const MAX_ATTEMPTS = 8;

/** Some changes were not made (the others were). Trying again makes these and only these. */
export class ChangesNotApplied extends Error {
  override readonly name = 'ChangesNotApplied';
  /** By `eventId`: why. */
  readonly failures: ReadonlyMap<string, unknown>;

  constructor(failures: ReadonlyMap<string, unknown>, cause: unknown) {
    super(`${failures.size} changes were not applied: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.failures = failures;
  }
}

/**
 * Makes each change exactly once for `consumer`, however often its event arrives, and at however many processes at once.
 * For effects that are no function of one stream.
 *
 * The changes of one target are a batch. First each event gets a marker that names the batch; then one transaction adds
 * what they come to and says that the batch is applied. An event has counted where its marker names an applied batch.
 * Who meets the marker of any other batch gives that one up, so that it can never be applied, and takes the event over. So a
 * process may die at any place.
 *
 * AWS calls for each target: a BatchExecuteStatement for each 25 events, then one transaction (8 at the most, with full
 * jitter, where another writer stands in the way). Where events came before, two consistent batch gets, and where their
 * batch was not applied, a put for that and one for each event. All of it again, 8 times at the most, where other
 * processes have the same events at this moment. Throws ChangesNotApplied.
 */
export async function applyOnce(
  runtime: Runtime,
  consumer: string,
  changes: readonly Change[],
): Promise<void> {
  const failures = new Map<string, unknown>();
  await Promise.all(
    byTarget(changes).map(async (sameTarget) => {
      let open = sameTarget;
      try {
        for (let attempt = 1; ; attempt++) {
          open = await applyBatch(runtime, consumer, open);
          if (open.length === 0) return;
          if (attempt >= MAX_ATTEMPTS) throw new Error('other processes take the same events');
          await fullJitter(runtime, attempt, { maxMs: 1_000 });
        }
      } catch (error) {
        for (const { eventId } of open) failures.set(eventId, error);
      }
    }),
  );
  if (failures.size > 0) throw new ChangesNotApplied(failures, failures.values().next().value);
}

/** Answers with the changes that are still to be made, because other processes had the same events at this moment. */
async function applyBatch(
  runtime: Runtime,
  consumer: string,
  changes: readonly ScopedChange[],
): Promise<ScopedChange[]> {
  const batch = { consumer, id: runtime.newId() };
  const { own, taken } = await claim(runtime, batch, changes);
  const [first] = own;
  if (!first) return taken;
  const added = own.map(({ add }) => add);
  return (await addAsBatch(runtime, batch, first.target, added)) ? taken : [...own, ...taken];
}

/** The changes of each target, an event once in each. */
function byTarget(changes: readonly Change[]): ScopedChange[][] {
  const targets = new Map<string, Map<string, ScopedChange>>();
  for (const change of changes) {
    const { eventId, target, scope = target } = change;
    const sameTarget = targets.get(nameOfKey(target)) ?? new Map<string, ScopedChange>();
    const event = nameOfKey({ pk: eventId, sk: nameOfKey(scope) });
    if (!sameTarget.has(event)) sameTarget.set(event, { ...change, scope });
    targets.set(nameOfKey(target), sameTarget);
  }
  return Array.from(targets.values(), (sameTarget) => [...sameTarget.values()]);
}
