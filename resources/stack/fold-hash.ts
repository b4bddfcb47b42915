import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What folds events: aggregates with their upcasters, and what the kit defines them with. */
const FOLDING = ['shared/domain/**/*.ts', 'shared/kit/events/**/*.ts'];

/**
 * A hash of the sources that fold events, as a JavaScript literal for esbuild's `define`: snapshots of other code are not
 * read (kit/event-store/snapshots.ts). A change that folds the same only costs one reading of each long stream.
 */
export async function readFoldHash(root = process.cwd()): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(FOLDING, { cwd: root })) paths.push(path);
  paths.sort();
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n${await readFile(join(root, path), 'utf8')}\n`);
  return JSON.stringify(hash.digest('base64url').slice(0, 22));
}
