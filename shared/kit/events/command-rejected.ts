/**
 * What a broken rule speaks of: something that is not there, the command's own content, or the state that it met.
 * The domain knows nothing of HTTP; `kit/http/problem-of.ts` makes 404, 422 and 409 of these.
 */
export type RuleKind = 'not-found' | 'invalid-input' | 'conflict';

/**
 * A command that broke a rule of the domain; nothing was appended. `rule` is stable and meant for programs
 * (`counter_closed`), the message for people.
 */
export class CommandRejected extends Error {
  override readonly name = 'CommandRejected';
  readonly rule: string;
  readonly kind: RuleKind;

  constructor(rule: string, message: string, kind: RuleKind = 'conflict') {
    super(message);
    this.rule = rule;
    this.kind = kind;
  }
}

/** What a person reads of a broken rule; with its kind where that is not `conflict`. */
export type RuleText = string | readonly [RuleKind, string];

export interface Rules<Rule extends string> {
  /** Rule → what a person reads. Clients know the rules by name: never rename one. */
  readonly messages: Readonly<Record<Rule, string>>;
  /** The error that says that a command broke this rule; `decide` throws it. */
  reject(rule: Rule): CommandRejected;
}

/** The rules of one aggregate. */
export function defineRules<const Texts extends Readonly<Record<string, RuleText>>>(
  texts: Texts,
): Rules<keyof Texts & string> {
  const kindOf = (text: RuleText): RuleKind => (typeof text === 'string' ? 'conflict' : text[0]);
  const messageOf = (text: RuleText): string => (typeof text === 'string' ? text : text[1]);
  const messages = Object.fromEntries(Object.entries(texts).map(([rule, text]) => [rule, messageOf(text)]));
  return {
    messages: messages as Record<keyof Texts & string, string>,
    reject(rule) {
      const text = texts[rule] as RuleText;
      return new CommandRejected(rule, messageOf(text), kindOf(text));
    },
  };
}
