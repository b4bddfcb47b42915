import type { Random } from '#tests/properties/simulator/random.ts';

export interface QueueShape {
  name: string;
  url: string;
  arn: string;
  visibilityMs: number;
  /** After so many receives the next one moves the message to `deadLetters` instead. */
  maxReceiveCount?: number;
  deadLetters?: Queue;
}

export interface Attribute {
  DataType: string;
  StringValue?: string;
}

export interface Message {
  messageId: string;
  body: string;
  attributes: Record<string, Attribute>;
  sentAt: number;
  firstReceivedAt?: number;
  receives: number;
  visibleAt: number;
  /** Of its last receive; an earlier one is stale. */
  receiptHandle?: string;
}

/** A standard queue: no order, a visibility timeout, receive counts, a redrive policy. */
export class Queue {
  readonly shape: QueueShape;
  readonly messages = new Map<string, Message>();
  onArrival: () => void = () => undefined;
  readonly #now: () => number;
  readonly #random: Random;
  #count = 0;

  constructor(shape: QueueShape, now: () => number, random: Random) {
    this.shape = shape;
    this.#now = now;
    this.#random = random;
  }

  send(body: string, attributes: Record<string, Attribute> = {}, delaySeconds = 0): string {
    const messageId = `${this.shape.name}-${++this.#count}`;
    const now = this.#now();
    const visibleAt = now + delaySeconds * 1000;
    this.#add({ messageId, body, attributes, sentAt: now, receives: 0, visibleAt });
    return messageId;
  }

  /** At most `count` visible messages, in any order; hidden for so long, or for the queue's visibility timeout. */
  receive(count: number, hideSeconds?: number): Message[] {
    const now = this.#now();
    const visible = [...this.messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    return this.#random
      .shuffle(visible)
      .slice(0, count)
      .flatMap((message) => this.#take(message, now, hideSeconds) ?? []);
  }

  /** The messages out in another hand are given out again, as a standard queue may. */
  receiveAgain(messageId: string): Message | undefined {
    const message = this.messages.get(messageId);
    return message && this.#take(message, this.#now());
  }

  /** True where the handle was the message's last; a stale one deletes nothing. */
  delete(receiptHandle: string): boolean {
    const message = this.#heldBy(receiptHandle);
    return message !== undefined && this.messages.delete(message.messageId);
  }

  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const message = this.#heldBy(receiptHandle);
    if (!message) return false;
    message.visibleAt = this.#now() + seconds * 1000;
    this.onArrival();
    return true;
  }

  /** As SQS estimates them; what is delayed counts as in flight. */
  sizes(): Record<string, string> {
    const all = [...this.messages.values()];
    const visible = all.filter(({ visibleAt }) => visibleAt <= this.#now()).length;
    return {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(all.length - visible),
    };
  }

  /** When the next message can be received; undefined for an empty queue. */
  nextVisibleAt(): number | undefined {
    let next: number | undefined;
    for (const { visibleAt } of this.messages.values()) {
      if (next === undefined || visibleAt < next) next = visibleAt;
    }
    return next;
  }

  #take(message: Message, now: number, hideSeconds?: number): Message | undefined {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetters, visibilityMs } = this.shape;
    if (message.receives >= maxReceiveCount && deadLetters) {
      this.messages.delete(message.messageId);
      deadLetters.#add({ ...message, visibleAt: now });
      return undefined;
    }
    message.receives += 1;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + (hideSeconds === undefined ? visibilityMs : hideSeconds * 1000);
    message.receiptHandle = `${message.messageId}#${message.receives}`;
    return { ...message };
  }

  #add(message: Message): void {
    this.messages.set(message.messageId, message);
    this.onArrival();
  }

  #heldBy(receiptHandle: string): Message | undefined {
    const message = this.messages.get(receiptHandle.slice(0, receiptHandle.lastIndexOf('#')));
    return message?.receiptHandle === receiptHandle ? message : undefined;
  }
}
