import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventMetadata } from '#kit/events/event.ts';
import type { HttpRequest } from './request.ts';

/** 22 characters of base64url: 132 bits. */
const HASH_LENGTH = 22;

type Keyed = Pick<HttpRequest, 'caller' | 'idempotencyKey'>;

/**
 * What a request writes into its events' metadata. With an Idempotency-Key, `commandId` is a function of caller
 * and key, so that a repeat finds its own events; `commandHash` tells it from another request under the same key.
 */
export function commandMetadata(
  runtime: Runtime,
  operation: string,
  request: HttpRequest,
): Omit<EventMetadata, 'timestamp'> {
  const { params = {}, body = {}, caller, correlationId, requestId } = request;
  return {
    userId: caller.userId,
    correlationId,
    causationId: requestId,
    commandId: idOf(runtime, 'command', request) ?? runtime.newId(),
    commandHash: digest({ operation, params, body }),
  };
}

/** The id of what a command brings into being: with an Idempotency-Key the same for every repeat, else a new one. */
export const newAggregateId = (runtime: Runtime, aggregate: string, request: Keyed): string =>
  idOf(runtime, aggregate, request) ?? runtime.newId();

// JSON, so that no caller's name runs over into a key: ("a", "b:c") is not ("a:b", "c").
const idOf = (
  { application }: Runtime,
  kind: string,
  { caller, idempotencyKey }: Keyed,
): string | undefined =>
  idempotencyKey === undefined
    ? undefined
    : v5(JSON.stringify([kind, caller.userId, idempotencyKey]), application.idNamespace);

const digest = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('base64url').slice(0, HASH_LENGTH);

/** JSON in which the order of the keys is not that of the sender. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
