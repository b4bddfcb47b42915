import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, root, run } from '#tests/support/scripts.ts';
import { say } from './say.ts';

const OLDEST = '3.11';
const requirements = join(import.meta.dirname, 'requirements.txt');
const folder = join(root, '.local', 'python');
const mark = join(folder, '.installed');

/** A program of the virtual environment: `python`, `cfn-lint`. */
export const program = (name: string): string => join(folder, 'bin', name);

/**
 * Makes the virtual environment in .local/python unless it has what requirements.txt says; pip takes the packages from
 * wherever this machine is set up to. Throws an Error that says what is missing on this machine.
 */
export async function preparePython(): Promise<void> {
  const python = await findPython();
  const wanted = `${python.version} ${digest(await readFile(requirements))}`;
  if ((await readFile(mark, 'utf8').catch(() => '')) === wanted) return;
  say(`installing requirements.txt for Python ${python.version} in .local/python`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  need(
    await run(python.path, ['-m', 'venv', folder]),
    'No virtual environment can be made (Debian: apt-get install python3-venv)',
  );
  need(
    await run(program('python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ]),
    'The packages of requirements.txt cannot be installed',
  );
  await writeFile(mark, wanted);
}

/** PYTHON, or the first on the PATH that is new enough. */
async function findPython(): Promise<{ path: string; version: string }> {
  const newer = ['3.14', '3.13', '3.12', '3.11'].map((version) => `python${version}`);
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ['python3', ...newer, 'python'];
  const found: string[] = [];
  for (const path of candidates) {
    const { code, stdout } = await run(path, ['-c', 'import platform; print(platform.python_version())']);
    const version = stdout.trim();
    if (code !== 0) continue;
    if (isNewEnough(version)) return { path, version };
    found.push(`${path} is ${version}`);
  }
  throw new Error(
    `npm run test:deploy needs Python ${OLDEST} or newer (${found.join(', ') || `no ${candidates.join(', ')} here`}). ` +
      'Install it, or name one: PYTHON=/path/to/python3 npm run test:deploy',
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function need({ code, stdout, stderr }: Outcome, otherwise: string): void {
  if (code !== 0) throw new Error(`${otherwise}:\n${stdout}${stderr}`);
}

const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
