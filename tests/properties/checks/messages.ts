import { registry } from '#domain/index.ts';
import { attributeFilter } from '#tests/properties/fakes/sns.ts';
import type { DeliveryNote, Ledger } from '#tests/properties/simulator/ledger.ts';
import type { DeadLetter, Subscription } from '#tests/properties/simulator/world.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

export interface Poison {
  consumer: string;
  body: string;
  /** The name of the error that its dead letter must carry. */
  error: string;
}

/** Seconds between the first and the last of so many receives, if every backoff was as short as it may be. */
const shortestBackoff = (receives: number, baseSeconds: number): number =>
  Array.from({ length: receives - 1 }, (_, index) => Math.ceil((baseSeconds * 2 ** index) / 2)).reduce(
    (a, b) => a + b,
    0,
  );

export interface LetterRules {
  ledger: Ledger;
  poison: readonly Poison[];
  maxReceiveCount: number;
  retryBaseSeconds: number;
  /** Their queues were purged: poison may be gone. */
  purged: ReadonlySet<string>;
  /** By consumer: how often a redrive was hit, which may leave a letter in both queues. */
  repeats: ReadonlyMap<string, number>;
}

/** Every dead letter has a reason, and the reason is true: it was poison, or its consumer was hit that often. */
export function checkDeadLetters(
  letters: readonly DeadLetter[],
  rules: LetterRules,
  findings: Findings,
): void {
  const poisonous = new Map(rules.poison.map((poison) => [`${poison.consumer}|${poison.body}`, poison]));
  for (const letter of letters) {
    const name = `${letter.consumer}: ${letter.body.slice(0, 120)}`;
    const poison = poisonous.get(`${letter.consumer}|${letter.body}`);
    const why = letter.reason.errorName
      ? poison
        ? unlike(letter, poison, rules)
        : unexplained(letter, rules)
      : unreasoned(letter, rules);
    if (why) findings.add('unexplained dead letter', `${name}: ${why}`);
  }
  for (const { consumer, body } of rules.poison) {
    const copies = letters.filter((letter) => letter.consumer === consumer && letter.body === body).length;
    const faults = faultsOf(rules.ledger.notesOf(consumer, body));
    if (copies === 0 && !rules.purged.has(consumer))
      findings.add('lost', `the poison message ${body.slice(0, 60)} for ${consumer} vanished`);
    if (copies > 1 + faults + (rules.repeats.get(consumer) ?? 0))
      findings.add('doubled', `${copies} dead letters of one message for ${consumer}`);
  }
}

/** A poison message is there at once, with what is wrong with it. Code that is too old for its type waits first, as for any event. */
function unlike(letter: DeadLetter, poison: Poison, rules: LetterRules): string | undefined {
  const { consumer, reason } = letter;
  if (reason.errorName === poison.error) return incomplete(consumer, reason);
  if (reason.errorName === 'UnknownEventType') return unexplained(letter, rules);
  return `${reason.errorName}, not ${poison.error}`;
}

function incomplete(consumer: string, reason: DeadLetter['reason']): string | undefined {
  if (reason.consumer !== consumer) return `says that its consumer is ${reason.consumer}`;
  const missing = ['errorMessage', 'fingerprint', 'receiveCount', 'firstFailureAt', 'lastFailureAt'].filter(
    (name) => !reason[name],
  );
  return missing.length > 0 ? `has no ${missing.join(', ')}` : undefined;
}

/** The queue's own redrive policy took it: then its consumer was hit the last time, and never got to say why. */
function unreasoned(
  { consumer, body }: DeadLetter,
  { ledger, maxReceiveCount }: LetterRules,
): string | undefined {
  const last = ledger.notesOf(consumer, body).filter(({ receiveCount }) => receiveCount >= maxReceiveCount);
  const isHit = last.some((note) => isTorn(note) || note.invocation.faults > 0);
  return isHit || ledger.wasMoved(consumer, body)
    ? undefined
    : 'has no reason, and its consumer did not crash';
}

function unexplained(letter: DeadLetter, rules: LetterRules): string | undefined {
  const { consumer, body, reason } = letter;
  const { ledger, maxReceiveCount, retryBaseSeconds } = rules;
  const notes = ledger.notesOf(consumer, body);
  if (notes.length === 0) return 'was never handed to its consumer';
  if (!reason.errorName) {
    const crashes = notes.filter(
      ({ ended, invocation }) => ended === 'crashed' || invocation.faults > 0,
    ).length;
    return crashes > 0 ? undefined : 'has no reason, and its consumer never crashed';
  }
  const gaps = incomplete(consumer, reason);
  if (gaps) return gaps;
  if (Number(reason.receiveCount) < maxReceiveCount) return `given up after ${reason.receiveCount} receives`;
  if (faultsOf(notes) === 0) return `${reason.errorName} (${reason.errorMessage}) without any fault`;
  return tooSoon(notes, maxReceiveCount, retryBaseSeconds);
}

/** Five receives within an instant are no five tries. */
function tooSoon(notes: readonly DeliveryNote[], receives: number, baseSeconds: number): string | undefined {
  for (const last of notes.filter(({ ended }) => ended === 'dead')) {
    const own = notes.filter(({ messageId }) => messageId === last.messageId);
    // In another hand at the same time: what the one counts, the other has not waited for.
    const overlaps = own.some((a) => a.invocation.early || own.some((b) => a !== b && overlap(a, b)));
    const first = own[0];
    if (overlaps || !first || own.length < receives) continue;
    const seconds = (last.invocation.startedAt - first.invocation.startedAt) / 1000;
    const least = shortestBackoff(receives, baseSeconds);
    if (seconds < least) return `given up after ${seconds.toFixed(1)} s; backoff takes ${least} s at least`;
  }
  return undefined;
}

const overlap = (a: DeliveryNote, b: DeliveryNote): boolean =>
  a.invocation.startedAt < (b.invocation.endedAt ?? Number.POSITIVE_INFINITY) &&
  b.invocation.startedAt < (a.invocation.endedAt ?? Number.POSITIVE_INFINITY);

const faultsOf = (notes: readonly DeliveryNote[]): number =>
  notes.reduce((sum, { invocation }) => sum + invocation.faults, 0) + (notes.some(isTorn) ? 1 : 0);

/** Was interrupted by what is no fault of a single call: its result was lost, or its delete. */
const isTorn = ({ ended }: DeliveryNote): boolean => ended === 'crashed';

/** Every event reached every consumer whose filter takes it, and was handled there. */
export function checkHandled(
  { events }: History,
  subscriptions: readonly Subscription[],
  ledger: Ledger,
  findings: Findings,
): void {
  const handled = ledger.handled();
  const filters = subscriptions.map(({ consumer, filterPolicy }) => ({
    consumer,
    takes: attributeFilter(filterPolicy),
  }));
  for (const event of events) {
    const attributes = Object.fromEntries(
      Object.entries(registry.messageAttributes(event)).map(([name, value]) => [
        name,
        { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
      ]),
    );
    for (const { consumer, takes } of filters) {
      if (!takes(attributes) || handled.has(`${consumer}|${event.eventId}`)) continue;
      findings.add(
        'lost',
        `${event.eventType} ${event.streamId}@${event.version} was never handled by ${consumer}`,
      );
    }
  }
}
