import { application } from '#application';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** GET /health: the API is reachable and its code loads. Asks no other service, so that it costs nothing. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, { anonymous: true, handle: async () => ({ status: 200, body: { status: 'ok' } }) });

export const handler = createHandler(createRuntime(application));
