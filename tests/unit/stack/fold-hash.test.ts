import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFoldHash } from '#resources/stack/fold-hash.ts';
import { root } from '#tests/support/scripts.ts';

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'fold-hash-'));
  for (const folder of ['shared/domain', 'shared/kit/events']) {
    await mkdir(join(copy, folder), { recursive: true });
    await cp(join(root, folder), join(copy, folder), { recursive: true });
  }
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test('The hash of the code that folds is the same for the same sources, and another for any change of them', async () => {
  const before = await readFoldHash(root);
  expect(before).toMatch(/^"[\w-]{22}"$/);
  expect(await readFoldHash(copy)).toBe(before);
  await writeFile(join(copy, 'shared/domain/inventory/combine.ts'), '// changed');
  const changed = await readFoldHash(copy);
  expect(changed).not.toBe(before);
  await writeFile(join(copy, 'shared/kit/events/new.ts'), '');
  expect(await readFoldHash(copy)).not.toBe(changed);
});
