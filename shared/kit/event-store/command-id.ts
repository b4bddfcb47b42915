import { createHash } from 'node:crypto';
import { v5 } from 'uuid';

/** 22 characters of base64url: 132 bits. */
const HASH_LENGTH = 22;

/** The same UUID for the same parts, in this namespace. As JSON, so that no part runs over into the next. */
export const idOfParts = (namespace: string, parts: readonly string[]): string =>
  v5(JSON.stringify(parts), namespace);

/** Tells one content from another, whatever the order of its keys. */
export const digest = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('base64url').slice(0, HASH_LENGTH);

/** JSON in which the order of the keys is not that of the sender. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
