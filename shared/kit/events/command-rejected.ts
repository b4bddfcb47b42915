/**
 * A command that broke a rule of the domain; nothing was appended. `rule` is stable and meant for
 * programs (`order_not_paid`), the message for people. Knows nothing of HTTP.
 */
export class CommandRejected extends Error {
  override readonly name = 'CommandRejected';
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}
