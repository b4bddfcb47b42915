import { identity } from '#identity';
import { type BaseRuntime, createBaseRuntime } from '#kit/config/base-runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** GET /health: the API is reachable and its code loads. Asks no other service, so that it costs nothing. */
export const createHandler = (runtime: BaseRuntime) =>
  httpHandler(runtime, { anonymous: true, handle: async () => ({ status: 200, body: { status: 'ok' } }) });

export const handler = createHandler(createBaseRuntime(identity));
