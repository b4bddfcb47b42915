import { createHash } from 'node:crypto';

// Names and postal addresses are kept out of logs by never being written. Email addresses come by themselves: a
// token's `sub`, and with it an aggregate's id and stream, may be one, and SES puts them into its error messages.

/** The text with a pseudonym in place of every email address. */
export type Redact = (text: string) => string;

/** A word around an `@` could be an address; a path as in `node_modules/@aws-sdk` is none. From its start only, so linear. */
const BEFORE = '(?<![^\\s/"\'`<>(),;=[\\]{}\\\\])';
const ADDRESS = '([^\\s@/"\'`<>(),;=[\\]{}\\\\]{1,128}@[^\\s@/"\'`<>(),;=[\\]{}\\\\]{1,253})';

/**
 * Makes what replaces email addresses: `email-` and the first 12 hex digits of the SHA-256 of the address in lower
 * case, so that a stream can still be followed. Of a stream of `personalAggregates` the aggregate's type stays.
 */
export function createRedactor(personalAggregates: readonly string[]): Redact {
  const stream = personalAggregates.map((type) => `${type}-`).join('|');
  const email = new RegExp(`${BEFORE}(${stream})?${ADDRESS}`, 'g');
  return (text) =>
    text.includes('@')
      ? text.replace(email, (_, prefix = '', address: string) => prefix + pseudonymOf(address))
      : text;
}

const pseudonymOf = (address: string): string =>
  `email-${createHash('sha256').update(address.toLowerCase()).digest('hex').slice(0, 12)}`;

/**
 * For JSON.stringify of a line of a log. Of an error it leaves name, message, stack, cause and AWS's request id: what
 * else errors carry is data (the item that stood in the way of a write, say). No email address is left anywhere.
 */
export const withoutPersonalData =
  (redact: Redact) =>
  (_key: string, value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (!(value instanceof Error)) return value;
    const { name, message, stack, cause } = value;
    const { requestId } = (value as { $metadata?: { requestId?: string } }).$metadata ?? {};
    return { name, message, stack, ...(cause !== undefined && { cause }), ...(requestId && { requestId }) };
  };
