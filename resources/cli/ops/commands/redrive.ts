import type { Redriven } from '#functions/operations/redrive/redrive.ts';
import { table } from '#resources/cli/demo/table.ts';
import { type Command, only, rateOf } from '#resources/cli/ops/command.ts';

const SHOWN = 20;

export const redrive: Command = {
  usage: 'redrive --consumer x [--fingerprint f] [--stream id] [--rate n/s] [--dry-run]',
  options: {
    consumer: { type: 'string' },
    fingerprint: { type: 'string' },
    stream: { type: 'string' },
    rate: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  async run(values, { invoke, progress }) {
    if (!values.consumer) throw new Error('--consumer is needed');
    const dryRun = values['dry-run'] === true;
    const asked = { ...only(values, 'consumer', 'fingerprint', 'stream'), ...rateOf(values.rate), dryRun };
    const redriven: Redriven['redriven'] = [];
    const notDeleted: string[] = [];
    let chunk: Redriven | undefined;
    do {
      const continuation = chunk?.continuation;
      chunk = (await invoke('redrive', { ...asked, ...(continuation && { continuation }) })) as Redriven;
      redriven.push(...chunk.redriven);
      notDeleted.push(...chunk.notDeleted);
      const all = redriven.length + chunk.matched - chunk.redriven.length;
      progress.show(
        all === 0 ? 1 : redriven.length / all,
        `${redriven.length} of ${all}${dryRun ? ' would be' : ''} redriven`,
      );
    } while (chunk.continuation);
    const { kept, complete, failed } = chunk;
    const result = { ...asked, redriven, kept, complete, notDeleted, failed };
    return { result, text: textOf(result, dryRun), ok: failed.length === 0 };
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
  const rows = redriven.slice(0, SHOWN).map(({ eventType, streamId, version, fingerprint }) => {
    return [eventType ?? '?', streamId ?? '?', String(version ?? '?'), fingerprint];
  });
  const verb = dryRun ? 'would go back to the queue' : 'went back to the queue';
  return [
    ...(rows.length > 0 ? [`${table(['event', 'stream', 'version', 'fingerprint'], rows)}`] : []),
    ...(redriven.length > SHOWN ? [`… and ${redriven.length - SHOWN} more`] : []),
    `${redriven.length} ${verb}, ${kept} stay.`,
    ...(complete ? [] : ['The queue is too long for one look: these numbers are of a part of it.']),
    ...(notDeleted.length > 0
      ? [`${notDeleted.length} are in the queue and still here too, since SQS would not delete them.`]
      : []),
    ...failed.map(({ messageId, error }) => `Not sent: ${messageId}: ${error}`),
  ].join('\n');
}
