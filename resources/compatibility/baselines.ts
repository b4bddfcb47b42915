import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Contract, contractOf, DOCUMENTS, root } from './contract.ts';

/** The contract of the last release, kept with the project so that nobody needs its history. */
export const RELEASED = 'docs/contract/released';

/** What today's contract is compared with; or why there is nothing to compare it with. */
export type Baseline = { contract: Contract; why?: undefined } | { contract?: undefined; why: string };

/** The last release's, from `docs/contract/released`. */
export async function releasedContract(): Promise<Baseline> {
  const read = async (file: string) => JSON.parse(await readFile(join(root, RELEASED, file), 'utf8'));
  if (!existsSync(join(root, RELEASED, 'openapi.json'))) {
    return { why: `not compared with a release: there is none in ${RELEASED}` };
  }
  const openApi = await read('openapi.json');
  return { contract: contractOf(openApi.info.version, openApi, await read('asyncapi.json')) };
}

/**
 * The one of main at the commit where this work began. On main itself: of the commit before, or, with changes that are not
 * committed, of the last commit. Never throws for a history that is not there.
 */
export async function contractOfMain(folder = root): Promise<Baseline> {
  const top = await git(folder, 'rev-parse', '--show-toplevel');
  if (top === undefined || realpathSync(top) !== realpathSync(folder)) {
    return { why: 'not compared with main: this folder is no work tree of Git' };
  }
  const main = await firstRef(folder, [
    `origin/${process.env.GITHUB_BASE_REF || 'main'}`,
    'origin/main',
    'main',
  ]);
  if (!main) return { why: 'not compared with main: this clone has no branch main' };
  const [head, base] = await Promise.all([
    git(folder, 'rev-parse', 'HEAD'),
    git(folder, 'merge-base', 'HEAD', main),
  ]);
  if (!base) return { why: `not compared with main: this clone has no commit that HEAD and ${main} share` };
  if (base !== head) return contractAt(base, `main (${base.slice(0, 7)})`, folder);
  const isChanged = (await git(folder, 'status', '--porcelain', '--', ...Object.values(DOCUMENTS))) !== '';
  if (isChanged) return contractAt('HEAD', 'the last commit', folder);
  if (!(await git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^1'))) {
    return { why: 'not compared with main: this is main, and this clone has no commit before' };
  }
  return contractAt('HEAD^1', 'the commit before on main', folder);
}

/** Of any commit, tag or branch. Never throws either. */
export async function contractAt(ref: string, name = ref, folder = root): Promise<Baseline> {
  if (!(await git(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`)))
    return { why: `there is no ${ref} in this clone` };
  const [openApi, asyncApi] = await Promise.all(
    Object.values(DOCUMENTS).map((file) => git(folder, 'show', `${ref}:${file}`)),
  );
  if (!openApi || !asyncApi) return { why: `not compared with ${name}: it has no ${DOCUMENTS.asyncApi}` };
  try {
    return { contract: contractOf(name, JSON.parse(openApi), JSON.parse(asyncApi)) };
  } catch {
    return { why: `not compared with ${name}: its documents have another form` };
  }
}

/** The newest tag of a release that HEAD contains: `0.2.0`. */
export async function taggedVersion(folder = root): Promise<string | undefined> {
  const tag = await git(folder, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*');
  return tag?.replace(/^v/, '');
}

async function firstRef(folder: string, refs: readonly string[]): Promise<string | undefined> {
  for (const ref of refs)
    if (await git(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`)) return ref;
  return undefined;
}

/** What Git prints; undefined where it fails, or is not there. */
async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: folder, maxBuffer: 64 * 2 ** 20 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
