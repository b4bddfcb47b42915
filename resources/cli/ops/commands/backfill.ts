import type { Backfilled } from '#functions/operations/republish/backfill.ts';
import { type Command, givenOf, rateOf } from '#resources/cli/ops/command.ts';
import { count } from '#resources/cli/text.ts';
import { paceOf, withResumption } from './steps-of-a-time.ts';

type Total = Omit<Backfilled, 'continuationToken' | 'progress'>;

export const backfill: Command = {
  usage: 'backfill --consumer x --from time [--to time] [--rate n/s] [--old] [--dry-run]',
  options: {
    consumer: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    rate: { type: 'string' },
    old: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  async run(values, { invoke, progress, clock }) {
    if (!values.consumer) throw new Error('--consumer is needed');
    if (!values.from) throw new Error('--from is needed');
    const dryRun = values['dry-run'] === true;
    const asked = { ...givenOf(values, 'consumer', 'from', 'to', 'old'), ...rateOf(values.rate), dryRun };
    const pace = paceOf(clock);
    const refused: string[] = [];
    let total: Total | undefined;
    let continuationToken: Backfilled['continuationToken'];
    do {
      const {
        continuationToken: next,
        progress: part,
        ...step
      } = await invoke('republish', {
        ...asked,
        ...(continuationToken && { continuationToken }),
      })
        .then((answer) => answer as Backfilled)
        .catch((error: Error) =>
          Promise.reject(total ? withResumption(error, 'backfill', values, total) : error),
        );
      refused.push(...(step.refused ?? []));
      total = {
        ...step,
        sent: step.sent + (total?.sent ?? 0),
        tooOld: step.tooOld + (total?.tooOld ?? 0),
        ...(refused.length > 0 && { refused }),
      };
      progress.show(part, pace(part, total));
      continuationToken = next;
    } while (continuationToken);
    return { result: total, text: textOf(total), ok: total.tooOld === 0 && refused.length === 0 };
  },
};

function textOf({ consumer, projection, dryRun, from, to, sent, tooOld, refused = [] }: Total): string {
  const lines = [
    `${count(sent)} events ${dryRun ? 'would go' : 'went'} to the queue of ${consumer}, and to no other.`,
    `Its filter lets them through; they are from ${from} to ${to}.`,
  ];
  if (tooOld > 0) {
    lines.push(
      `${count(tooOld)} are left out. They are older than 29 days: if ${consumer} had them before, it may have`,
      'forgotten that, and would count or notify twice. For a consumer that is new, --old takes them in.',
    );
  }
  if (refused.length > 0) {
    lines.push(`${count(refused.length)} can never be sent; the log of the function republish says why.`);
  }
  if (projection) {
    lines.push(
      `${consumer} is a projection, so a rebuild reaches the same and sends nothing:`,
      `  npm run -s ops -- rebuild --projection ${consumer}`,
    );
  }
  return lines.join('\n');
}
