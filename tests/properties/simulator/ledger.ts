import type { Invocation } from './invocation.ts';

export type Ended = 'handled' | 'failed' | 'crashed' | 'dead';

/** One message in one invocation of its consumer. */
export interface DeliveryNote {
  consumer: string;
  messageId: string;
  body: string;
  receiveCount: number;
  invocation: Invocation;
  ended?: Ended;
}

interface Record {
  messageId: string;
  body: string;
  attributes: { ApproximateReceiveCount: string };
}

/** What became of every delivery of every message, by consumer and body. */
export class Ledger {
  readonly #notes = new Map<string, DeliveryNote[]>();
  readonly #moved = new Set<string>();

  /** The batch was handed over; the answer's function notes how it ended. */
  begin(
    consumer: string,
    records: readonly Record[],
    invocation: Invocation,
  ): (failed: Set<string> | 'crash') => void {
    const notes = records.map(({ messageId, body, attributes }) => {
      const note: DeliveryNote = {
        consumer,
        messageId,
        body,
        receiveCount: Number(attributes.ApproximateReceiveCount),
        invocation,
      };
      const key = `${consumer}|${body}`;
      this.#notes.set(key, [...(this.#notes.get(key) ?? []), note]);
      return note;
    });
    return (failed) => {
      for (const note of notes) {
        if (failed === 'crash') note.ended = 'crashed';
        else if (failed.has(note.messageId)) note.ended = 'failed';
        else note.ended = invocation.deadLetters.includes(note.body) ? 'dead' : 'handled';
      }
    };
  }

  /** A second poller took the message one time too often, while a function still had it: its queue gave it up. */
  noteMoved(consumer: string, body: string): void {
    this.#moved.add(`${consumer}|${body}`);
  }

  wasMoved(consumer: string, body: string): boolean {
    return this.#moved.has(`${consumer}|${body}`);
  }

  /** Every delivery of every message. */
  all(): DeliveryNote[] {
    return [...this.#notes.values()].flat();
  }

  /** `<consumer>|<eventId>` of what was handled. */
  handled(): Set<string> {
    const handled = new Set<string>();
    for (const notes of this.#notes.values()) {
      const note = notes.find(({ ended }) => ended === 'handled');
      const eventId = note && eventIdOf(note.body);
      if (eventId) handled.add(`${note.consumer}|${eventId}`);
    }
    return handled;
  }

  /** Every delivery of this event to `consumer`. */
  notesAbout(consumer: string, eventId: string): DeliveryNote[] {
    return this.all().filter((note) => note.consumer === consumer && eventIdOf(note.body) === eventId);
  }

  notesOf(consumer: string, body: string): readonly DeliveryNote[] {
    return this.#notes.get(`${consumer}|${body}`) ?? [];
  }
}

/** Undefined where the body carries no event. */
export function eventIdOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { eventId?: string }).eventId;
  } catch {
    return undefined;
  }
}
