import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, root, run } from '../../support/scripts.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');
const folder = join(root, '.local', 'fuzz');
const mark = join(folder, '.installed');

/**
 * Path of schemathesis in a virtual environment of its own, made in .local/fuzz unless it has what requirements.txt
 * says. Throws an Error that says what this machine lacks; `PYTHON` names another interpreter than python3.
 */
export async function schemathesis(): Promise<string> {
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(program) && (await readFile(mark, 'utf8').catch(() => '')) === wanted) return program;
  await rm(folder, { recursive: true, force: true });
  need(
    await run(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder]),
    'The fuzzer needs Python 3.10 or newer with venv',
  );
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  need(await run(join(folder, 'bin', 'python'), pip), 'requirements.txt cannot be installed');
  await writeFile(mark, wanted);
  return program;
}

function need({ code, stdout, stderr }: Outcome, otherwise: string): void {
  if (code !== 0) throw new Error(`${otherwise}:\n${stdout}${stderr}`);
}
