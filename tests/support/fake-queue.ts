import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { counterApplication } from './counter/application.ts';
import { silentLogger } from './silent-logger.ts';

/** A queue that gives these messages and then none, and says that it has so many. `runtime` calls it. */
export function fakeQueue(count: number, sizes: { visible: number; inFlight: number } | Error) {
  const released: string[] = [];
  let given = 0;
  const send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: never }) => {
    if (name === 'ReceiveMessageCommand') {
      const { MaxNumberOfMessages } = input as { MaxNumberOfMessages: number };
      const left = Math.min(MaxNumberOfMessages, count - given);
      const Messages = Array.from({ length: left }, (_, index) => ({
        MessageId: `m${given + index}`,
        ReceiptHandle: `m${given + index}`,
        Body: '{}',
      }));
      given += left;
      return { Messages };
    }
    if (name === 'GetQueueAttributesCommand') {
      if (sizes instanceof Error) throw sizes;
      const { visible, inFlight } = sizes;
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
        },
      };
    }
    released.push(
      ...(input as { Entries: { ReceiptHandle: string }[] }).Entries.map((one) => one.ReceiptHandle),
    );
    return {};
  };
  const runtime = createRuntime(counterApplication, {
    sqs: { send } as unknown as Runtime['sqs'],
    logger: silentLogger(),
    settings: {
      CONSUMER_QUEUES: JSON.stringify({ tally: { queue: 'http://queue', deadLetters: 'http://dead' } }),
    },
  });
  return { runtime, released };
}
