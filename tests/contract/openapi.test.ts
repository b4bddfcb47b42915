import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { documentsOf } from '#resources/api-docs/generate.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { answerViolations, openApi, operations, resolved, violations } from '#tests/support/openapi.ts';

const folder = resolve(import.meta.dirname, '../../shared/api');

test('the documents are those of today’s handlers, events and template; if not: npm run contract', async () => {
  for (const [file, text] of Object.entries(await documentsOf(await compiledTemplate()))) {
    const kept = await readFile(resolve(folder, file), 'utf8');
    if (kept !== text) throw new Error(`shared/api/${file} is stale: run "npm run contract" and commit it`);
  }
});

describe('openapi.json', () => {
  test('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(structuredClone(openApi))).toEqual({ valid: true });
  });

  test('has an example that fits of every body, answer, error and parameter', () => {
    const wrong: string[] = [];
    let checked = 0;
    const check = (pointer: string, value: unknown) => {
      checked++;
      for (const problem of violations(pointer, value)) wrong.push(`${pointer}: ${problem}`);
    };
    for (const { pointer, parameters = [], requestBody, responses, operationId } of operations.values()) {
      const body = `${pointer}/requestBody/content/application~1json`;
      const bodies = Object.entries(requestBody?.content['application/json'].examples ?? {});
      if (requestBody && bodies.length === 0) wrong.push(`${operationId} has no example of a body`);
      for (const [, example] of bodies) check(`${body}/schema`, (example as { value: unknown }).value);
      for (const [index, parameter] of parameters.entries()) {
        const at = resolved(`${pointer}/parameters/${index}`, parameter);
        const { example, name, required } = at.response as {
          example?: unknown;
          name: string;
          required?: true;
        };
        if (example !== undefined) check(`${at.pointer}/schema`, example);
        else if (required) wrong.push(`${operationId} has no example of ${name}`);
      }
      for (const [status, response] of Object.entries(responses)) {
        const at = resolved(`${pointer}/responses/${status}`, response);
        for (const [type, { example, examples = {} }] of Object.entries(at.response.content ?? {})) {
          if (!type.endsWith('json')) continue;
          const all = [
            ...(example === undefined ? [] : [example]),
            ...Object.values(examples).map((one) => one.value),
          ];
          if (all.length === 0) wrong.push(`${operationId} ${status} has no example`);
          for (const one of all)
            check(`${at.pointer}/content/${type.replace('/', '~1').replace('+', '%2B')}/schema`, one);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(300);
  });
});

describe('An answer is outside the contract', () => {
  const shipped = { orderId: '0192f000-0000-7000-8000-000000000000', version: 3, status: 'shipped' };
  const headers = { 'content-type': 'application/json', 'x-correlation-id': 'c', etag: '"3"' };
  const answer = (body: object = {}, changes: object = {}, statusCode = 200) =>
    answerViolations('ship-order', {
      statusCode,
      headers: { ...headers, ...changes },
      body: JSON.stringify({ ...shipped, ...body }),
    });

  test('not as it should be', () => {
    expect(answer()).toEqual([]);
  });

  test.each([
    ['with a field that nobody has documented', () => answer({ paymentId: 'p' }), /paymentId/],
    ['without one that is promised', () => answer({ version: undefined }), /version/],
    ['with a value of another kind', () => answer({ status: 'lost' }), /allowed values/],
    ['with a status that is not documented', () => answer({}, {}, 202), /202 is not documented/],
    ['without a header that is promised', () => answer({}, { etag: '3' }), /header etag/],
    [
      'with a header that nobody has documented',
      () => answer({}, { 'x-cost': '1' }),
      /x-cost is not documented/,
    ],
    ['of another media type', () => answer({}, { 'content-type': 'text/plain' }), /text\/plain/],
    ['with an error of another operation', () => wrongProblem(), /equal to one of the allowed values/],
  ])('%s', (_, violate, message) => {
    expect(violate().join()).toMatch(message);
  });

  const wrongProblem = () =>
    answerViolations('ship-order', {
      statusCode: 409,
      headers: { 'content-type': 'application/problem+json', 'x-correlation-id': 'c' },
      body: JSON.stringify({
        type: 'urn:orderstream:problem:payment-declined',
        title: 'Rule broken',
        status: 409,
        detail: 'No.',
        correlationId: 'c',
        rule: 'payment_declined',
      }),
    });
});
