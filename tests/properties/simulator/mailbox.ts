import type { Email } from '#functions/consumers/notifications/email.ts';
import type { Invocation } from './invocation.ts';

/** The call with which an email leaves, in the shape of the SDK's commands. */
export class SendEmail {
  readonly input: Email;

  constructor(input: Email) {
    this.input = input;
  }
}

/** Where emails arrive. As with any provider, a second one is a second one: nothing here recognises a repeat. */
export class Mailbox {
  readonly #sent = new Map<string, Invocation[]>();

  take({ eventId }: Email, invocation: Invocation): void {
    this.#sent.set(eventId, [...this.sendersOf(eventId), invocation]);
  }

  /** The invocations that sent an email for this event, one for each email. */
  sendersOf(eventId: string): readonly Invocation[] {
    return this.#sent.get(eventId) ?? [];
  }

  get eventIds(): Iterable<string> {
    return this.#sent.keys();
  }
}
