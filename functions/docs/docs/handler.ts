import { createHash } from 'node:crypto';
import asyncApi from '#api/asyncapi.json' with { type: 'json' };
import openApi from '#api/openapi.json' with { type: 'json' };
import { identity } from '#identity';
import { type BaseRuntime, createBaseRuntime } from '#kit/config/base-runtime.ts';
import { documentAnswers } from '#kit/http/document.ts';
import { httpHandler } from '#kit/http/handler.ts';
import type { AsyncApi } from './events.ts';
import type { OpenApi } from './operations.ts';
import { pageOf } from './page.ts';
import { style } from './style.ts';

/** The page has a style and nothing else; over http, as on the local run, its links stay http. */
const pagePolicy = {
  'style-src': `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'upgrade-insecure-requests': undefined,
};

/** GET /docs: both documents as a page for people, where the stage's parameter `docs` says so. No AWS call. */
export function createHandler(runtime: BaseRuntime) {
  let answers: ReturnType<typeof documentAnswers> | undefined;
  return httpHandler(runtime, {
    anonymous: true,
    pagePolicy,
    async handle(request) {
      answers ??= documentAnswers({
        text: pageOf(openApi as unknown as OpenApi, asyncApi as unknown as AsyncApi),
        mediaType: 'text/html; charset=utf-8',
      });
      return answers(request);
    },
  });
}

export const handler = createHandler(createBaseRuntime(identity));
