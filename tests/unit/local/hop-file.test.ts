import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readHops, recordHops } from '#resources/local/hop-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hops-'));
  path = join(folder, 'below/run.hops.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hop = (number: number) => JSON.stringify({ hop: 'command', number, text: 'x'.repeat(80) });

test('only hops are kept, of this run', async () => {
  recordHops(path)(hop(1));
  const record = recordHops(path);
  for (const line of ['plain text', JSON.stringify({ level: 'INFO' }), hop(2)]) record(line);
  expect(await readHops(path)).toEqual([hop(2), '']);
});

test('what is kept is bounded, and is the newest', async () => {
  const record = recordHops(path, 1_000);
  for (let number = 0; number < 200; number++) record(hop(number));
  const files = readdirSync(join(folder, 'below'));
  expect(files).toHaveLength(2);
  for (const file of files) expect(statSync(join(folder, 'below', file)).size).toBeLessThan(1_200);
  const numbers = (await readHops(path)).filter(Boolean).map((line) => JSON.parse(line).number);
  expect(numbers.length).toBeGreaterThanOrEqual(10);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 200 - numbers.length + index));
});
