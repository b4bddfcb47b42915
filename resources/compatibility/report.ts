import { WIDTH } from '#resources/cli/text.ts';
import type { Note } from './change.ts';
import type { Judged, Judgement } from './judge.ts';

/** Where accepted breaks are listed. */
const ACCEPTED = 'resources/compatibility/accepted-breaks.ts';

/** What a person reads of a judgement: what breaks, whom it hurts, and what to do; with entries to accept it in the release `next`. */
export function reportOf(
  { failures, accepted, wrongEntries, notes }: Judgement,
  next: string | undefined,
): string[] {
  const byPlace = Map.groupBy(failures, ({ at }) => at);
  return [
    ...[...byPlace].flatMap(([at, breaks]) => ['', ...failureLines(at, breaks)]),
    ...wrongEntries.flatMap(({ entry, why }) => [
      '',
      `BREAKS THE LIST  ${entry.break}`,
      ...indented(`${ACCEPTED}: ${why}`),
    ]),
    ...(next === undefined ? [] : entryLines(failures, next)),
    ...(accepted.length > 0 ? ['', ...acceptedLines(accepted)] : []),
    ...(notes.length > 0 ? ['', ...noteLines(notes)] : []),
  ];
}

function failureLines(at: string, breaks: readonly Judged[]): string[] {
  const [first] = breaks;
  if (!first) return [];
  const since = [...new Set(breaks.map((one) => one.since))].join(' and ');
  const whys = new Map(breaks.map((one) => [`${one.direction} ${one.why}`, one]));
  return [
    `BREAKS  ${at}`,
    ...[...whys.values()].flatMap((one) => indented(`${whoReads(one)}: ${one.why}`)),
    ...indented(`since:  ${since}`),
    ...indented(`hurts:  ${[...new Set(breaks.flatMap(({ hurts }) => hurts))].join(', ')}`),
    ...indented(`to do:  ${remedyOf(first)}`),
  ];
}

function whoReads({ kind, direction, since }: Judged): string {
  if (kind === 'consumer') return direction === 'backward' ? 'The consumer' : 'Its filter';
  if (kind === 'api')
    return direction === 'backward' ? `Today's API, of what clients send` : `Clients of ${since}`;
  return direction === 'backward'
    ? `Today's code, of what is stored`
    : `Code of ${since}, of what today's writes`;
}

function remedyOf({ kind, remedy }: Judged): string {
  if (remedy) return remedy;
  if (kind !== 'event') return 'Keep it as it was, beside what is new.';
  return (
    'Leave this version as it was, and raise `schemaVersion`: the old schema goes to `olderSchemas`, an upcaster lifts it, ' +
    'its sample stays. docs/operations/schema-change.md'
  );
}

/** What to write where a break is decided. An event of a release is never among it. */
function entryLines(failures: readonly Judged[], next: string): string[] {
  const places = new Set(
    failures.filter(({ kind, isReleased }) => kind !== 'event' || !isReleased).map(({ at }) => at),
  );
  if (places.size === 0) return [];
  return [
    '',
    ...wrapped(`Where a break is decided, its entry in ${ACCEPTED} lets it pass:`),
    ...[...places].flatMap((at) => [
      '  {',
      `    break: ${quoted(at)},`,
      `    reason: 'what a client has to do now, and why it is worth it',`,
      `    since: '${next}',`,
      `    date: '${new Date().toISOString().slice(0, 10)}',`,
      '  },',
    ]),
  ];
}

const acceptedLines = (accepted: readonly Judged[]): string[] =>
  [...new Set(accepted.map(({ at }) => at))].flatMap((at) => wrapped(`accepted  ${at}`, '  '));

/** What is the same of several places is said once. */
const noteLines = (notes: readonly Note[]): string[] =>
  [...Map.groupBy(notes, ({ text }) => text)].flatMap(([text, same]) =>
    wrapped(`note  ${same.map(({ at }) => at).join(', ')}: ${text}`, '  '),
  );

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

const indented = (text: string): string[] => wrapped(text, '        ', '  ');

/** Lines of at most 100 columns; every one but the first begins with `inset`. */
export function wrapped(text: string, inset = '', first = ''): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const isStart = line.trim() === '';
    if (!isStart && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${inset}${word}`;
    } else line = isStart ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line];
}
