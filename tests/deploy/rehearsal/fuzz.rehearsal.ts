import { expect, test } from '@jest/globals';
import { fuzz } from '#tests/deploy/fuzz/fuzz.ts';

test('the fuzzer finds no 5xx and no answer outside the contract', async () => {
  expect(await fuzz(['--max-examples', '10'])).toBe(0);
}, 900_000);
