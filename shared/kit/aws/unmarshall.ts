import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall as unmarshallItem } from '@aws-sdk/util-dynamodb';

/**
 * Numbers as DynamoDB has them (38 digits) → JavaScript's. One that a double does not hold becomes a BigInt, or its
 * text, instead of an error: one item with such a number must not keep a page of others from being read. No schema of
 * an event takes it, and JSON does not either.
 */
export const wrapNumbers = (digits: string): number | bigint | string => {
  const number = Number(digits);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  return /^-?\d+$/.test(digits) ? BigInt(digits) : digits;
};

/** An item as the document client would return it. */
export const unmarshall = (item: Record<string, AttributeValue>): Record<string, unknown> =>
  unmarshallItem(item, { wrapNumbers });
