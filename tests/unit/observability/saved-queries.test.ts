import { describe, expect, test } from '@jest/globals';
import { savedQueryResources } from '#resources/observability/saved-queries.ts';

const resourcesFor = (functions: number) =>
  savedQueryResources({
    name: 'orderstream-dev',
    functions: Array.from({ length: functions }, (_, index) => ({
      name: `f${index}`,
      kind: ['commands', 'consumers', 'publisher'][index % 3],
      logGroup: `F${index}LogGroup`,
    })),
    consumers: [],
  } as never);

const queries = Object.values(resourcesFor(3));

/** What the queries that look for crashes match in a line, whatever else they look for. */
const patterns = queries
  .map(({ Properties }) => String(Properties?.QueryString))
  .flatMap((text) =>
    [...text.matchAll(/@message like \/([^/]+)\//g)].map(([, pattern = '']) => new RegExp(pattern)),
  );

test('A saved query that searches more than 50 log groups is several', () => {
  const sizes = (functions: number) =>
    Object.entries(resourcesFor(functions))
      .filter(([id]) => id.startsWith('EverythingOfOne'))
      .map(([id, { Properties = {} }]) => [
        id,
        Properties.Name,
        (Properties.LogGroupNames as object[]).length,
      ]);
  const name = 'orderstream-dev/Everything of one correlation id';
  const id = 'EverythingOfOneCorrelationIdQuery';
  // The gateway's log is one of them.
  expect(sizes(49)).toEqual([[id, name, 50]]);
  expect(sizes(50)).toEqual([
    [id, name, 50],
    [`${id}2`, `${name} (2)`, 1],
  ]);
});

describe('A saved query finds a function that ended before it could log anything', () => {
  // As Lambda writes them in the JSON format with the system's log level WARN.
  test.each([
    [
      'a timeout',
      '{"time":"2026-11-20T10:00:20.000Z","type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":20000},"status":"timeout"}}',
    ],
    [
      'too little memory',
      '{"time":"2026-11-20T10:00:20.000Z","type":"platform.report","record":{"requestId":"r","status":"error","errorType":"Runtime.OutOfMemory"}}',
    ],
    ['a timeout as text', '2026-11-20T10:00:20.000Z r Task timed out after 20.00 seconds'],
  ])('by %s', (_, line) => {
    expect(patterns.length).toBe(3);
    expect(patterns.map((pattern) => pattern.test(line))).toEqual([true, true, true]);
  });
});
