import type { Redriven } from '#functions/operations/redrive/redrive.ts';
import { type Command, givenOf, rateOf } from '#resources/cli/ops/command.ts';
import { plain, truncate } from '#resources/cli/text.ts';
import { groupTable } from './dead-letters.ts';
import { briefTable, incomplete } from './redriven-table.ts';
import { type Waited, waitForQueue } from './wait-for-queue.ts';

export const redrive: Command = {
  usage: 'redrive --consumer x [--fingerprint f] [--stream id] [--rate n/s] [--dry-run | --wait]',
  options: {
    consumer: { type: 'string' },
    fingerprint: { type: 'string' },
    stream: { type: 'string' },
    rate: { type: 'string' },
    'dry-run': { type: 'boolean' },
    wait: { type: 'boolean' },
  },
  async run(values, context) {
    if (!values.consumer) throw new Error('--consumer is needed');
    const dryRun = values['dry-run'] === true;
    if (dryRun && values.wait) throw new Error('--dry-run and --wait do not go together');
    const asked = { ...givenOf(values, 'consumer', 'fingerprint', 'stream'), ...rateOf(values.rate), dryRun };
    const redriven: Redriven['redriven'] = [];
    const notDeleted: string[] = [];
    let chunk: Redriven | undefined;
    do {
      const continuationToken = chunk?.continuationToken;
      const event = { ...asked, ...(continuationToken && { continuationToken }) };
      chunk = (await context.invoke('redrive', event)) as Redriven;
      redriven.push(...chunk.redriven);
      notDeleted.push(...chunk.notDeleted);
      const all = redriven.length + chunk.matched - chunk.redriven.length;
      context.progress.show(
        all === 0 ? 1 : redriven.length / all,
        `${redriven.length} of ${all}${dryRun ? ' would be' : ''} redriven`,
      );
    } while (chunk.continuationToken);
    const { kept, complete, failed, startedAt } = chunk;
    const result = { ...asked, redriven, kept, complete, notDeleted, failed };
    const ok = failed.length === 0 && (complete || dryRun);
    if (!values.wait) return { result, text: textOf(result, dryRun), ok };

    const waited = await waitForQueue({ consumer: String(values.consumer), redriven, startedAt }, context);
    return {
      result: { ...result, ...waited },
      text: [textOf(result, dryRun), ...textOfWait(waited, context.clock.now())].join('\n'),
      ok: ok && waited.drained && waited.dead.length === 0,
    };
  },
};

function textOf(
  {
    redriven,
    kept,
    complete,
    notDeleted,
    failed,
  }: Pick<Redriven, 'redriven' | 'kept' | 'complete' | 'notDeleted' | 'failed'>,
  dryRun: boolean,
): string {
  const old = redriven.filter((brief) => brief.old).length;
  const verb = dryRun ? 'would go back to the queue' : 'went back to the queue';
  return [
    ...briefTable(redriven),
    `${redriven.length} ${verb}, ${kept} stay.`,
    ...(old > 0
      ? [
          `${old} of them are of events older than 29 days: if the consumer had one from another message, it may have`,
          'forgotten that, and would count or notify twice.',
        ]
      : []),
    ...(complete ? [] : incomplete(dryRun)),
    ...(notDeleted.length > 0
      ? [`${notDeleted.length} are in the queue and still here too, since SQS would not delete them.`]
      : []),
    ...failed.map(({ messageId, error }) => truncate(plain(`Not sent: ${messageId}: ${error}`))),
  ].join('\n');
}

function textOfWait({ drained, left, dead }: Waited, now: number): string[] {
  const count = dead.reduce((sum, group) => sum + group.count, 0);
  return [
    drained ? 'The queue is empty.' : `The queue still has ${left} messages.`,
    ...(count === 0
      ? ['Nothing has come back dead.']
      : [`${count} ${count === 1 ? 'has' : 'have'} come back dead:`, groupTable(dead, now)]),
  ];
}
