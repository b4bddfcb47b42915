import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { templateFile } from './compile-template.ts';
import type { Template } from './stack/template.ts';

const root = resolve(import.meta.dirname, '../..');
const sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

export interface Compiled {
  template: Template;
  templatePath: string;
  remove(): Promise<void>;
}

/**
 * The template of `sls package`, without building the functions; in a folder of its own, so that several can run at
 * once. `environment` comes on top of this process's.
 */
export async function compile(
  stage: string | undefined,
  environment: Record<string, string> = {},
): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await promisify(execFile)(
      process.execPath,
      [sls, 'package', ...(stage === undefined ? [] : ['--stage', stage]), '--package', folder],
      {
        cwd: root,
        env: { ...process.env, ...environment, TEMPLATE_ONLY: 'true', NODE_OPTIONS: '' },
      },
    );
  } catch (error) {
    await remove();
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`sls package --stage ${stage} failed:\n${stdout}\n${stderr}`);
  }
  const templatePath = join(folder, templateFile);
  return { template: JSON.parse(await readFile(templatePath, 'utf8')) as Template, templatePath, remove };
}
