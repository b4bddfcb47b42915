import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of this project to its end, and answers how it ended; never rejects for an exit code. */
export function run(
  file: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<Outcome> {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env };
  return new Promise((done) => {
    execFile(file, args, { cwd: options.cwd ?? root, env }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

export const node = (args: string[], options?: Parameters<typeof run>[2]): Promise<Outcome> =>
  run(process.execPath, args, options);
