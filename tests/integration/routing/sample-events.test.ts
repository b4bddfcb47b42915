import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type System, startSystem } from '#tests/support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ runs: () => false });
});
afterAll(() => system.stop());

const folder = resolve(import.meta.dirname, '../../events');

describe('The sample event of', () => {
  test.each([
    'publish-events',
    'sales',
    'inventory',
    'fraud-review',
    'customs',
    'notifications',
    'order-payments',
    'order-holds',
  ])('%s is handled, on an empty system, the first and the second time', async (name) => {
    const event = JSON.parse(await readFile(resolve(folder, `${name}.json`), 'utf8'));
    expect(event.Records).toHaveLength(1);
    expect(await system.invoke(name, event)).toEqual({ batchItemFailures: [] });
    expect(await system.invoke(name, event)).toEqual({ batchItemFailures: [] });
  });
});
