import type { ResentDue } from '#kit/deadlines/resend-due.ts';
import { type Command, givenOf, rateOf } from '#resources/cli/ops/command.ts';
import { count } from '#resources/cli/text.ts';
import { paceOf, withResumption } from './steps-of-a-time.ts';

type Total = Omit<ResentDue, 'continuationToken' | 'progress'>;

export const deadlines: Command = {
  usage: 'deadlines --from time [--to time] [--rate n/s] [--dry-run]',
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    rate: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  async run(values, { invoke, progress, clock }) {
    if (!values.from) throw new Error('--from is needed');
    const asked = {
      ...givenOf(values, 'from', 'to'),
      ...rateOf(values.rate),
      dryRun: values['dry-run'] === true,
    };
    const pace = paceOf(clock);
    let total: Total | undefined;
    let continuationToken: ResentDue['continuationToken'];
    do {
      const event = { ...asked, ...(continuationToken && { continuationToken }) };
      const answer = (await invoke('deadline-tick', event).catch((error: Error) =>
        Promise.reject(total ? withResumption(error, 'deadlines', values, total) : error),
      )) as ResentDue;
      const { continuationToken: next, progress: part, ...step } = answer;
      total = { ...step, sent: step.sent + (total?.sent ?? 0) };
      progress.show(part, pace(part, total));
      continuationToken = next;
    } while (continuationToken);
    return { result: total, text: textOf(total), ok: true };
  },
};

const textOf = ({ dryRun, from, to, sent }: Total): string =>
  [
    `${count(sent)} deadlines ${dryRun ? 'would go' : 'went'} to the queue of deadlines once more.`,
    `They are from ${from} to ${to}. What was awaited and has happened stays as it is.`,
  ].join('\n');
