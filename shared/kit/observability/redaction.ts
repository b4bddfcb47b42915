import { createHash } from 'node:crypto';

// Names and postal addresses are kept out of logs by never being written. Email addresses come by themselves: a
// token's `sub`, and with it a customer's id and stream, may be one, and SES puts them into its error messages.

/** A word around an `@` could be an address; a path as in `node_modules/@aws-sdk` is none. From its start only, so linear. */
const EMAIL =
  /(?<![^\s/"'`<>(),;=[\]{}\\])(customer-)?([^\s@/"'`<>(),;=[\]{}\\]{1,128}@[^\s@/"'`<>(),;=[\]{}\\]{1,253})/g;

/**
 * The text with a pseudonym in place of every email address: `email-` and the first 12 hex digits of the SHA-256 of
 * the address in lower case, so that a stream can still be followed.
 */
export const withoutEmails = (text: string): string =>
  text.includes('@')
    ? text.replace(EMAIL, (_, stream = '', email: string) => stream + pseudonymOf(email))
    : text;

const pseudonymOf = (email: string): string =>
  `email-${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 12)}`;

/**
 * For JSON.stringify of a line of a log. Of an error it leaves name, message, stack, cause and AWS's request id: what
 * else errors carry is data (the item that stood in the way of a write, say). No email address is left anywhere.
 */
export function withoutPersonalData(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return withoutEmails(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  const { requestId } = (value as { $metadata?: { requestId?: string } }).$metadata ?? {};
  return { name, message, stack, ...(cause !== undefined && { cause }), ...(requestId && { requestId }) };
}
