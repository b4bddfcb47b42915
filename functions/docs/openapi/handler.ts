import openApi from '#api/openapi.json' with { type: 'json' };
import { identity } from '#identity';
import { type BaseRuntime, createBaseRuntime } from '#kit/config/base-runtime.ts';
import { documentAnswers } from '#kit/http/document.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** GET /openapi.json: what this API takes and answers, for everyone. No AWS call. */
export function createHandler(runtime: BaseRuntime) {
  const answers = documentAnswers({ text: JSON.stringify(openApi), mediaType: 'application/json' });
  return httpHandler(runtime, { anonymous: true, handle: async (request) => answers(request) });
}

export const handler = createHandler(createBaseRuntime(identity));
