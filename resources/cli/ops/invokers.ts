import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invokeEndpoint } from '#resources/local/invoke-endpoint.ts';
import { findRun, type Run } from '#resources/local/run-file.ts';

/** Runs a function by its name in serverless.yml. Throws an Error that says what the function threw. */
export type InvokeByName = (name: string, event: object) => Promise<unknown>;

/** Twice the longest timeout of an operation. */
const ANSWER_SECONDS = 120;

/** The functions of the `npm start` that runs in this folder. Throws where nothing runs. */
export async function localInvoker(serviceDir: string): Promise<InvokeByName> {
  const run = await findRun(serviceDir);
  if (!run) {
    throw new Error('Nothing runs here. Start it with `npm start` in another terminal, or name a --stage.');
  }
  return invokeByRun(run);
}

/** The functions of this local run. */
export function invokeByRun(run: Run): InvokeByName {
  return async (name, event) => {
    const found = run.functions[name];
    if (!found) throw new Error(`What runs here has no function ${name}: restart it.`);
    try {
      return await invokeEndpoint(run.lambdaUrl, found.name, ANSWER_SECONDS)(event);
    } catch (error) {
      throw new Error(reasonIn((error as Error).message) ?? (error as Error).message);
    }
  };
}

export interface StageOptions {
  stage: string;
  region?: string | undefined;
  /** Path of the `sls` script; the installed one by default. */
  sls?: string;
}

/** The functions of a deployed stage, through `sls invoke` and its credentials. */
export function stageInvoker(serviceDir: string, options: StageOptions): InvokeByName {
  const {
    stage,
    region,
    sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js'),
  } = options;
  return async (name, event) => {
    // A continuationToken can be longer than a command line may be.
    const folder = await mkdtemp(join(tmpdir(), 'ops-'));
    try {
      const path = join(folder, 'event.json');
      await writeFile(path, JSON.stringify(event));
      const where = ['--stage', stage, ...(region ? ['--region', region] : [])];
      return await runSls(serviceDir, [sls, 'invoke', '--function', name, ...where, '--path', path]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

function runSls(cwd: string, args: string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(reasonIn(out) ?? `${err}${out}`.trim()));
      try {
        resolve(JSON.parse(out));
      } catch {
        reject(new Error(`sls invoke answered what is no JSON: ${out}${err}`));
      }
    });
  });
}

/** What Lambda answers for a function that threw: `{errorType, errorMessage, …}`, wherever in the text it is. */
function reasonIn(text: string): string | undefined {
  try {
    const { errorMessage } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    return typeof errorMessage === 'string' ? errorMessage : undefined;
  } catch {
    return undefined;
  }
}
