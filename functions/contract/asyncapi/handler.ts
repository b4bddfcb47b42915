import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import asyncApi from '../../../shared/contract/asyncapi.json' with { type: 'json' };
import { documentAnswers } from '../../../shared/http/document.ts';
import { httpHandler } from '../../../shared/http/handler.ts';

/** GET /asyncapi.json: the events, and who receives them under which filter, for everyone. No AWS call. */
export function createHandler(runtime: Runtime) {
  const answers = documentAnswers({ text: JSON.stringify(asyncApi), mediaType: 'application/json' });
  return httpHandler(runtime, { anonymous: true, handle: async (request) => answers(request) });
}

export const handler = createHandler(createRuntime());
