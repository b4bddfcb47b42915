import type { DeadLetterPage } from '#functions/operations/dead-letters/list-dead-letters.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import { table } from '#resources/cli/demo/table.ts';
import { type Command, only } from '#resources/cli/ops/command.ts';

export const deadLetters: Command = {
  usage: 'dead-letters [--consumer x]',
  options: { consumer: { type: 'string' } },
  async run(values, { invoke, progress }) {
    const found = new Map<string, DeadLetter>();
    const held: DeadLetterPage['held'] = [];
    let continuation: object | undefined;
    do {
      const event = { ...only(values, 'consumer'), ...(continuation && { continuation }) };
      const page = (await invoke('dead-letters', event)) as DeadLetterPage;
      // While a long queue is read, what was read first may come again.
      for (const letter of page.deadLetters) found.set(`${letter.consumer} ${letter.messageId}`, letter);
      held.push(...page.held);
      continuation = page.continuation;
      if (continuation) progress.show(0, `${found.size} dead letters`);
    } while (continuation);
    const all = [...found.values()];
    const groups = groupByCause(all);
    return { result: { groups, deadLetters: all, held }, text: textOf(groups, all, held), ok: true };
  },
};

function textOf(groups: readonly Group[], all: readonly DeadLetter[], held: DeadLetterPage['held']): string {
  const inFlight = held.map(
    ({ consumer, count }) => `${consumer}: ${count} more are in flight at this moment.`,
  );
  if (all.length === 0) return ['No dead letters.', ...inFlight].join('\n');
  return [
    `${groupTable(groups)}\n`,
    table(
      [
        'consumer',
        'fingerprint',
        'event',
        'stream',
        'version',
        'receives',
        'first failure',
        'last failure',
        'correlation',
      ],
      all.map((letter) => [
        letter.consumer,
        letter.fingerprint,
        letter.eventType ?? '?',
        letter.streamId ?? '?',
        String(letter.version ?? '?'),
        String(letter.receiveCount ?? '?'),
        letter.firstFailureAt ?? `? (sent ${letter.sentAt})`,
        letter.lastFailureAt ?? '?',
        letter.correlationId ?? '?',
      ]),
    ),
    ...inFlight,
  ].join('\n');
}

/** How many there are of each cause. */
export const groupTable = (groups: readonly Group[]): string =>
  table(
    ['count', 'consumer', 'fingerprint', 'first', 'last', 'reason'],
    groups.map(({ count, consumer, fingerprint, firstFailureAt, lastFailureAt, errorName, errorMessage }) => [
      String(count),
      consumer,
      fingerprint,
      firstFailureAt,
      lastFailureAt,
      `${errorName}: ${errorMessage.replaceAll(/\s+/g, ' ').slice(0, 120)}`,
    ]),
  );
