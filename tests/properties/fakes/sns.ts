import { compilePattern } from '#resources/local/event-source-mapping/event-pattern.ts';
import type { Attribute } from './queue.ts';

type Command = { constructor: { name: string }; input: object };

export interface Published {
  messageId: string;
  body: string;
  attributes: Record<string, Attribute>;
}

export interface Subscriber {
  consumer: string;
  /** The FilterPolicy of the template, over message attributes. */
  takes(attributes: Record<string, Attribute>): boolean;
  deliver(message: Published): void;
}

/** The rules of a filter policy over attributes are those of an event pattern over name → value. */
export function attributeFilter(policy: object): Subscriber['takes'] {
  const matches = compilePattern(JSON.stringify(policy));
  return (attributes) =>
    matches(
      Object.fromEntries(
        Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
          name,
          DataType === 'Number' ? Number(StringValue) : StringValue,
        ]),
      ),
    );
}

/** The one SNS call that the functions make: PublishBatch with raw delivery to queues. */
export class FakeSns {
  readonly #subscribers: readonly Subscriber[];
  #count = 0;

  constructor(subscribers: readonly Subscriber[]) {
    this.#subscribers = subscribers;
  }

  perform(command: Command): unknown {
    if (command.constructor.name !== 'PublishBatchCommand') {
      throw new Error(`the fake has no ${command.constructor.name}`);
    }
    const { PublishBatchRequestEntries: entries } = command.input as {
      PublishBatchRequestEntries: {
        Id: string;
        Message: string;
        MessageAttributes?: Record<string, Attribute>;
      }[];
    };
    if (entries.length === 0 || entries.length > 10) {
      throw Object.assign(new Error(`${entries.length} entries`), { name: 'TooManyEntriesInBatchRequest' });
    }
    return {
      Failed: [],
      Successful: entries.map(({ Id, Message, MessageAttributes = {} }) => {
        const message = { messageId: `sns-${++this.#count}`, body: Message, attributes: MessageAttributes };
        for (const subscriber of this.#subscribers) {
          if (subscriber.takes(MessageAttributes)) subscriber.deliver(message);
        }
        return { Id, MessageId: message.messageId };
      }),
    };
  }
}
