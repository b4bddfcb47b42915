import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

export interface StageOptions {
  stage: string;
  region?: string | undefined;
  /** Path of the `sls` script; the installed one by default. */
  sls?: string;
}

/** The outputs of a stage's stack, as `sls info` finds them with its credentials. Throws an Error with what it says. */
export async function stackOutputs(
  serviceDir: string,
  options: StageOptions,
): Promise<Record<string, string>> {
  const {
    stage,
    region,
    sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js'),
  } = options;
  const args = [sls, 'info', '--verbose', '--stage', stage, ...(region ? ['--region', region] : [])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: serviceDir });
    const [, section = ''] = stdout.split('Stack Outputs:');
    return Object.fromEntries(
      [...section.matchAll(/^ +(\w+): (.*)$/gm)].map(([, name, value]) => [name, value]),
    );
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`sls info --stage ${stage}: ${`${stderr}${stdout}`.trim() || message}`);
  }
}
