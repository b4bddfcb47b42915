import { type Queues, startQueues } from '#tests/support/queues.ts';
import { counterApplication } from './application.ts';

/** The queues of the two consumers that there are: `tally` and `mirror`. */
export type CounterQueues = Queues<'tally' | 'mirror'>;

export const startCounterQueues = (): Promise<CounterQueues> =>
  startQueues(counterApplication, ['tally', 'mirror']);
