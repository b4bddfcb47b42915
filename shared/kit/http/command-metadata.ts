import type { Runtime } from '#kit/config/runtime.ts';
import { digest, idOfParts } from '#kit/event-store/command-id.ts';
import type { EventMetadata } from '#kit/events/event.ts';
import type { HttpRequest } from './request.ts';

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

const idOf = (
  { application }: Runtime,
  kind: string,
  { caller, idempotencyKey }: Keyed,
): string | undefined =>
  idempotencyKey === undefined
    ? undefined
    : idOfParts(application.idNamespace, [kind, caller.userId, idempotencyKey]);
