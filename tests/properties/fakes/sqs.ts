import type { Attribute, Message, Queue } from './queue.ts';

type Command = { constructor: { name: string }; input: object };

interface Entry {
  Id: string;
  ReceiptHandle: string;
  VisibilityTimeout: number;
}

interface Sending {
  Id: string;
  MessageBody: string;
  MessageAttributes?: Record<string, Attribute>;
  DelaySeconds?: number;
}

/** The SQS calls that the functions make, over queues in memory. Any other command throws. */
export class FakeSqs {
  readonly #queues: ReadonlyMap<string, Queue>;

  constructor(queues: readonly Queue[]) {
    this.#queues = new Map(queues.map((queue) => [queue.shape.url, queue]));
  }

  perform(command: Command): unknown {
    const input = command.input as Record<string, unknown>;
    const queue = this.#queues.get(String(input.QueueUrl));
    if (!queue) throw Object.assign(new Error(`no queue ${input.QueueUrl}`), { name: 'QueueDoesNotExist' });
    switch (command.constructor.name) {
      case 'SendMessageCommand': {
        const attributes = (input.MessageAttributes ?? {}) as Record<string, Attribute>;
        return { MessageId: queue.send(String(input.MessageBody), attributes) };
      }
      case 'SendMessageBatchCommand': {
        const entries = input.Entries as Sending[];
        for (const { MessageBody, MessageAttributes, DelaySeconds } of entries) {
          queue.send(MessageBody, MessageAttributes, DelaySeconds);
        }
        return { Successful: entries.map(({ Id }) => ({ Id })) };
      }
      case 'ReceiveMessageCommand': {
        const { MaxNumberOfMessages = 1, VisibilityTimeout } = input as Record<string, number | undefined>;
        return { Messages: queue.receive(MaxNumberOfMessages, VisibilityTimeout).map(asReceived) };
      }
      case 'GetQueueAttributesCommand':
        return { Attributes: queue.sizes() };
      case 'DeleteMessageBatchCommand': {
        const entries = input.Entries as Entry[];
        // A stale handle deletes nothing, and SQS does not say so.
        for (const { ReceiptHandle } of entries) queue.delete(ReceiptHandle);
        return { Successful: entries.map(({ Id }) => ({ Id })) };
      }
      case 'ChangeMessageVisibilityBatchCommand': {
        const entries = input.Entries as Entry[];
        const isChanged = (entry: Entry) =>
          queue.changeVisibility(entry.ReceiptHandle, entry.VisibilityTimeout);
        const changed = new Map(entries.map((entry) => [entry.Id, isChanged(entry)]));
        const failed = (Id: string) => ({
          Id,
          SenderFault: true,
          Code: 'InvalidParameterValue',
          Message: 'stale',
        });
        return {
          Successful: entries.filter(({ Id }) => changed.get(Id)).map(({ Id }) => ({ Id })),
          Failed: entries.filter(({ Id }) => !changed.get(Id)).map(({ Id }) => failed(Id)),
        };
      }
      default:
        throw new Error(`the fake has no ${command.constructor.name}`);
    }
  }
}

const asReceived = ({ messageId, receiptHandle, body, attributes, sentAt }: Message) => ({
  MessageId: messageId,
  ReceiptHandle: receiptHandle,
  Body: body,
  Attributes: { SentTimestamp: String(sentAt) },
  MessageAttributes: attributes,
});
