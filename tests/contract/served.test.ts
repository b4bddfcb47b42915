import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import * as asyncapi from '#functions/docs/asyncapi/handler.ts';
import * as docs from '#functions/docs/docs/handler.ts';
import * as openapi from '#functions/docs/openapi/handler.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import type { HttpLambda } from '#kit/http/handler.ts';
import { httpEvent } from '#tests/support/http-event.ts';
import { checkAnswer, openApi, operations } from '#tests/support/openapi.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

async function get(operation: string, handler: HttpLambda, headers: Record<string, string> = {}) {
  const result = await handler(httpEvent({ anonymous: true, headers }));
  if (!result.isBase64Encoded) checkAnswer(operation, result);
  return result;
}

const runtime = createRuntime(application, { settings: {}, logger: silentLogger() });
const page = docs.createHandler(runtime);

describe.each([
  ['openapi', openapi.createHandler(runtime)],
  ['asyncapi', asyncapi.createHandler(runtime)],
  ['docs', page],
] as const)('GET of %s', (operation, handler) => {
  test('needs no token, and may be kept', async () => {
    const { statusCode, headers } = await get(operation, handler);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'public, max-age=300', vary: 'accept-encoding' });
  });

  test('is a 304 for who has it, and all of it for who has another', async () => {
    const { headers, body } = await get(operation, handler);
    const etag = String(headers.etag);
    for (const known of [etag, `"x", ${etag}`, `"a, b",${etag}`, etag.replace('W/', ''), '*', ' * ']) {
      expect(await get(operation, handler, { 'If-None-Match': known })).toMatchObject({
        statusCode: 304,
        body: '',
        headers: { etag },
      });
    }
    for (const other of ['W/"other"', `"x${etag.slice(3)}`, etag.slice(3, -1)]) {
      expect((await get(operation, handler, { 'If-None-Match': other })).body).toBe(body);
    }
  });

  test('comes compressed to who takes that', async () => {
    const plain = await get(operation, handler, { 'Accept-Encoding': 'identity, gzip;q=0' });
    const small = await get(operation, handler, { 'Accept-Encoding': 'br, gzip' });
    expect(small).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(small.body, 'base64')).toString()).toBe(plain.body);
    expect(small.body.length).toBeLessThan(plain.body.length / 4);
    const encodingFor = async (accepted: string) =>
      (await get(operation, handler, { 'Accept-Encoding': accepted })).headers['content-encoding'];
    for (const takes of ['GZIP', 'gzip;q=0.5', '*', 'deflate, gzip; q=1.0']) {
      expect(await encodingFor(takes)).toBe('gzip');
    }
    for (const not of [
      'gzip; q=0',
      'gzip ;q=0.0',
      'br',
      '*;q=0, identity',
      'identity;q=1, gzip;q=0.1',
      'xgzip',
    ]) {
      expect(await encodingFor(not)).toBeUndefined();
    }
  });
});

describe('The page', () => {
  test('names every operation, event and schema, and every link within it leads somewhere', async () => {
    const { body } = await get('docs', page);
    const ids = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const operation of operations.keys()) expect(ids).toContain(operation);
    for (const schema of Object.keys(openApi.components.schemas)) expect(ids).toContain(`api-${schema}`);
    const links = [...body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('loads and runs nothing, and its policy admits its style alone', async () => {
    const { body, headers } = await get('docs', page);
    expect(body).not.toMatch(
      /<script|<link|<img|<iframe|@import|url\(|\son\w+=|\sstyle=|https?:\/\/(?!\S*\{)/i,
    );
    const policy = String(headers['Content-Security-Policy']);
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|upgrade/);
  });
});
