import type { AcceptedBreak } from './accepted-breaks.ts';
import { apiChanges } from './api-changes.ts';
import { type Break, type Changes, type Note, together } from './change.ts';
import { consumerChanges } from './consumer-changes.ts';
import type { Contract } from './contract.ts';
import { EVERY_EVENT, eventChanges, type ReadEvent } from './event-changes.ts';

/** One break, against one earlier contract. */
export type Judged = Break & {
  /** What it breaks with: `0.2.0`, `main (4aca572)`. */
  since: string;
  isReleased: boolean;
};

export interface Judgement {
  /** What must not pass. */
  failures: Judged[];
  /** What passes because it was accepted. */
  accepted: Judged[];
  /** Entries of the list that no break needs, or that are not filled in. */
  wrongEntries: { entry: AcceptedBreak; why: string }[];
  notes: Note[];
}

/** Everything between two contracts. */
export const changesBetween = (before: Contract, today: Contract, read: ReadEvent): Changes =>
  together(eventChanges(before, today, read), consumerChanges(before, today), apiChanges(before, today));

/**
 * What of today's contract passes, compared with the last release and with main.
 * - A break of the API or of a consumer needs an entry, where a release has it. What only main has is a note: no client relies on it.
 * - A break of an event never passes, where a release has this version of it. What only main has needs an entry: the stages to
 *   which main was deployed hold such events.
 */
export function judge(
  today: Contract,
  { released, main }: { released?: Contract | undefined; main?: Contract | undefined },
  accepted: readonly AcceptedBreak[],
  read: ReadEvent,
): Judgement {
  const ofRelease = released && changesBetween(released, today, read);
  const ofMain = main && changesBetween(main, today, read);
  const seen = new Set(ofRelease?.breaks.map(keyOf));
  const isOfEvents = ({ kind }: Break) => kind === 'event';
  const onlyOfMain = (ofMain?.breaks ?? []).filter((one) => !seen.has(keyOf(one)));
  const judged = [
    ...(ofRelease?.breaks ?? []).map((one) => ({ ...one, since: released?.version ?? '', isReleased: true })),
    ...onlyOfMain
      .filter((one) => isOfEvents(one) || !released)
      .map((one) => ({
        ...one,
        since: main?.name ?? '',
        isReleased: isOfEvents(one) && isIn(released, one),
      })),
  ];
  const isAccepted = (one: Judged) =>
    !(one.kind === 'event' && one.isReleased) && accepted.some((entry) => covers(entry, one));
  const unreleased = released ? onlyOfMain.filter((one) => !isOfEvents(one)) : [];
  return {
    failures: judged.filter((one) => !isAccepted(one)),
    accepted: judged.filter(isAccepted),
    wrongEntries: accepted.flatMap((entry) => {
      const why = whatIsWrong(entry, judged, released, today);
      return why ? [{ entry, why }] : [];
    }),
    notes: notesOf([...(ofRelease?.notes ?? []), ...(ofMain?.notes ?? [])], unreleased),
  };
}

const keyOf = ({ at, direction, why }: Break): string => `${direction} ${at} ${why}`;

/** `POST /orders: request.items[]` covers `POST /orders: request.items[].name`, and not `… request.itemsInStock`. */
export const covers = ({ break: entry }: AcceptedBreak, { at }: Pick<Break, 'at'>): boolean =>
  at === entry || (at.startsWith(entry) && /^(\.|\[|\(|: )/.test(at.slice(entry.length)));

/** `OrderCreated v3` → whether the release has it. */
function isIn(released: Contract | undefined, { at }: Pick<Break, 'at'>): boolean {
  if (at.startsWith(EVERY_EVENT)) return released !== undefined;
  const [, eventType, version] = /^(\w+)(?: v(\d+))?/.exec(at) ?? [];
  const event = released?.events.find((one) => one.eventType === eventType);
  if (!event || version === undefined) return event !== undefined;
  return event.versions.some(({ schemaVersion }) => schemaVersion === Number(version));
}

function whatIsWrong(
  entry: AcceptedBreak,
  judged: readonly Judged[],
  released: Contract | undefined,
  today: Contract,
): string | undefined {
  const { date, reason, since } = entry;
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date)))
    return `${date} is no date: yyyy-mm-dd`;
  if (reason.trim().length < 20) return 'its reason says too little: a client reads it';
  if (released && !isLater(since, released.version)) {
    return `its release ${since} is no later one than ${released.version}, the last: take the entry out`;
  }
  const covered = judged.filter((one) => covers(entry, one));
  if (covered.some((one) => one.kind !== 'event' || !one.isReleased)) return undefined;
  if (covered.length > 0) return 'a break of an event that was released is never accepted: raise its version';
  // A version that no release has changes on a branch, against main; once it has landed there, nothing shows it any more.
  const isOfUnreleased =
    today.events.some(({ eventType }) => entry.break.startsWith(`${eventType} v`)) &&
    !isIn(released, { at: entry.break });
  return isOfUnreleased ? undefined : 'nothing breaks there: take the entry out';
}

function isLater(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (one?.[index] ?? Number.NaN) - (other?.[index] ?? 0);
    if (Number.isNaN(difference)) return false;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function notesOf(notes: readonly Note[], unreleased: readonly Break[]): Note[] {
  const all = [
    ...notes,
    ...unreleased.map(({ at, why }) => ({ at, text: `differs from main, and no release has it: ${why}` })),
  ];
  return [...new Map(all.map((note) => [`${note.at} ${note.text}`, note])).values()];
}
