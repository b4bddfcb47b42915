import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import openApi from '../../../shared/contract/openapi.json' with { type: 'json' };
import { documentAnswers } from '../../../shared/http/document.ts';
import { httpHandler } from '../../../shared/http/handler.ts';

/** GET /openapi.json: what this API takes and answers, for everyone. No AWS call. */
export function createHandler(runtime: Runtime) {
  const answers = documentAnswers({ text: JSON.stringify(openApi), mediaType: 'application/json' });
  return httpHandler(runtime, { anonymous: true, handle: async (request) => answers(request) });
}

export const handler = createHandler(createRuntime());
