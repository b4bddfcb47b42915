import type { DeadLetterPage } from '#functions/operations/dead-letters/list-dead-letters.ts';
import type { ShownDeadLetter } from '#functions/operations/dead-letters/show-dead-letter.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import {
  type Command,
  type Context,
  givenOf,
  type Outcome,
  type Values,
} from '#resources/cli/ops/command.ts';
import { table } from '#resources/cli/table.ts';
import { plain, truncate } from '#resources/cli/text.ts';
import { ago, withAgo } from '#resources/cli/times.ts';
import { wholeMessage } from './whole-message.ts';

/** Of each cause; `--json` has all of them. */
const SHOWN = 20;
/** The function looks at 2,000 at a time: as many as SQS keeps in flight, and then the first come again. */
const MOST_LOOKS = 60;
/** `--message` takes the beginning of an id, as it is shown here. */
const ID_LENGTH = 8;

export const deadLetters: Command = {
  usage: 'dead-letters [--consumer x [--message id]]',
  options: { consumer: { type: 'string' }, message: { type: 'string' } },
  async run(values, context) {
    if (values.message !== undefined) return show(values, context);
    const { all, held, complete } = await listDeadLetters(givenOf(values, 'consumer'), context);
    const groups = groupByCause(all);
    const text = textOf(groups, all, held, context.clock.now());
    return {
      result: { groups, deadLetters: all, held, complete },
      text: complete ? text : `${text}\n\n${INCOMPLETE}`,
      ok: true,
    };
  },
};

const INCOMPLETE =
  'There may be more: a queue of more than about 100,000 dead letters cannot be listed to its end.';

/**
 * Every dead letter, of one consumer or of all, each once. Pages stay hidden for a minute, so of a very long queue the first come again
 * before the last have come: a page that brings nothing new is the last one, and `complete` is false.
 */
export async function listDeadLetters(
  asked: Values,
  { invoke, progress }: Pick<Context, 'invoke' | 'progress'>,
): Promise<{ all: DeadLetter[]; held: DeadLetterPage['held']; complete: boolean }> {
  const found = new Map<string, DeadLetter>();
  const held: DeadLetterPage['held'] = [];
  let continuationToken: object | undefined;
  do {
    const event = { ...asked, ...(continuationToken && { continuationToken }) };
    const page = (await invoke('dead-letters', event)) as DeadLetterPage;
    const known = found.size;
    for (const letter of page.deadLetters) found.set(`${letter.consumer} ${letter.messageId}`, letter);
    held.push(...page.held);
    continuationToken = page.continuationToken;
    if (continuationToken) progress.show(0, `${found.size} dead letters`);
    if (found.size === known) break;
  } while (continuationToken);
  return { all: [...found.values()], held, complete: continuationToken === undefined };
}

async function show(values: Values, { invoke, clock }: Context): Promise<Outcome> {
  if (values.consumer === undefined) throw new Error('--message needs its --consumer');
  const asked = givenOf(values, 'consumer', 'message');
  let inFlight = 0;
  let continuationToken: true | undefined;
  for (let look = 0; look === 0 || (continuationToken && look < MOST_LOOKS); look++) {
    const event = { ...asked, ...(continuationToken && { continuationToken }) };
    const shown = (await invoke('dead-letters', event)) as ShownDeadLetter;
    if (shown.message) {
      return { result: shown.message, text: wholeMessage(shown.message, clock.now()), ok: true };
    }
    inFlight += shown.inFlight;
    continuationToken = shown.continuationToken;
  }
  const more = inFlight > 0 ? ` ${inFlight} more are in flight at this moment.` : '';
  throw new Error(
    continuationToken
      ? `${values.message} is not among the 120,000 dead letters of ${values.consumer} that were looked at.`
      : `${values.consumer} has no dead letter ${values.message}.${more}`,
  );
}

function textOf(
  groups: readonly Group[],
  all: readonly DeadLetter[],
  held: DeadLetterPage['held'],
  now: number,
): string {
  const inFlight = held.map(
    ({ consumer, count }) => `${consumer}: ${count} more are in flight at this moment.`,
  );
  if (all.length === 0) return ['No dead letters.', ...inFlight].join('\n');
  const sections = groups.map((group) => {
    const own = all.filter(
      ({ consumer, fingerprint }) => consumer === group.consumer && fingerprint === group.fingerprint,
    );
    return `${section(group, own, now)}\n`;
  });
  return [`${groupTable(groups, now)}\n`, ...sections, ...inFlight].join('\n').trimEnd();
}

/** The dead letters of one cause, the last failure first. */
function section(group: Group, letters: readonly DeadLetter[], now: number): string {
  const { consumer, fingerprint, firstFailureAt, lastFailureAt } = group;
  const times = `first ${withAgo(firstFailureAt, now)}, last ${withAgo(lastFailureAt, now)}`;
  const rows = letters
    .toReversed()
    .map((letter) => [
      letter.messageId.slice(0, ID_LENGTH),
      letter.eventType ?? '?',
      letter.streamId ?? '?',
      String(letter.version ?? '?'),
      String(letter.receiveCount ?? '?'),
      ago(letter.lastFailureAt ?? letter.sentAt, now),
    ]);
  const head = ['message', 'event', 'stream', 'version', 'receives', 'failed'];
  return [
    truncate(plain(`${consumer} ${fingerprint}`)),
    truncate(reasonOf(group)),
    times,
    table(head, rows.slice(0, SHOWN), { keep: ['message', 'stream'] }),
    ...(rows.length > SHOWN ? [`… and ${rows.length - SHOWN} more; --json lists all`] : []),
  ].join('\n');
}

const reasonOf = ({ errorName, errorMessage }: Group): string => plain(`${errorName}: ${errorMessage}`);

/** How many there are of each cause. */
export const groupTable = (groups: readonly Group[], now: number): string =>
  table(
    ['count', 'consumer', 'fingerprint', 'first', 'last', 'reason'],
    groups.map((group) => [
      String(group.count),
      group.consumer,
      group.fingerprint,
      ago(group.firstFailureAt, now),
      ago(group.lastFailureAt, now),
      reasonOf(group),
    ]),
    { keep: ['count', 'consumer', 'fingerprint', 'first', 'last'] },
  );
