import type { Discarded } from '#functions/operations/redrive/discard.ts';
import { type Command, givenOf } from '#resources/cli/ops/command.ts';
import { briefTable, incomplete } from './redriven-table.ts';

export const discard: Command = {
  usage: 'discard --consumer x --fingerprint f [--yes]',
  options: { consumer: { type: 'string' }, fingerprint: { type: 'string' }, yes: { type: 'boolean' } },
  async run(values, { invoke, progress }) {
    if (!values.consumer) throw new Error('--consumer is needed');
    if (!values.fingerprint) throw new Error('--fingerprint is needed: one cause is discarded at a time');
    const dryRun = values.yes !== true;
    const asked = { discard: true, ...givenOf(values, 'consumer', 'fingerprint'), dryRun };
    const discarded: Discarded['discarded'] = [];
    const notDeleted: string[] = [];
    let chunk: Discarded | undefined;
    do {
      const continuationToken = chunk?.continuationToken;
      chunk = (await invoke('redrive', {
        ...asked,
        ...(continuationToken && { continuationToken }),
      })) as Discarded;
      discarded.push(...chunk.discarded);
      notDeleted.push(...chunk.notDeleted);
      const all = discarded.length + chunk.matched - chunk.discarded.length;
      progress.show(all === 0 ? 1 : discarded.length / all, `${discarded.length} of ${all}`);
    } while (chunk.continuationToken);
    const { kept, complete } = chunk;
    const result = { ...asked, discarded, kept, complete, notDeleted };
    const ok = notDeleted.length === 0 && (complete || dryRun);
    return { result, text: textOf(result, dryRun), ok };
  },
};

function textOf(
  {
    discarded,
    kept,
    complete,
    notDeleted,
  }: Pick<Discarded, 'discarded' | 'kept' | 'complete' | 'notDeleted'>,
  dryRun: boolean,
): string {
  const count = discarded.length;
  return [
    ...briefTable(discarded),
    `${count} ${dryRun ? 'would be deleted' : count === 1 ? 'is deleted' : 'are deleted'}, ${kept} stay.`,
    ...(complete ? [] : incomplete(dryRun)),
    ...(notDeleted.length > 0
      ? [`${notDeleted.length} are still here, since SQS would not delete them.`]
      : []),
    ...(dryRun && count > 0 ? ['Nothing was deleted. Run it again with --yes to delete them for good.'] : []),
  ].join('\n');
}
