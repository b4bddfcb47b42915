import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileTemplate } from './compile-template.ts';
import type { Serverless } from './serverless.ts';
import type { Template } from './stack/template.ts';

interface Kept {
  madeFrom: string;
  template: Template;
}

/**
 * The template that `sls deploy` would send, compiled anew only when what it is made from has changed: the configuration as
 * the framework has resolved it (so every file, variable and parameter that it has read is in it), the code of our plugins,
 * and the versions of the packages. One is kept, in `.local/template.json`.
 */
export async function cachedTemplate(serverless: Serverless): Promise<Template> {
  const path = join(serverless.serviceDir, '.local/template.json');
  const madeFrom = digestOf(serverless);
  const kept = readKept(path);
  if (kept?.madeFrom === madeFrom) return kept.template;
  const template = await compileTemplate(serverless);
  mkdirSync(dirname(path), { recursive: true });
  // Whole or not at all: another run may write or read it now.
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ madeFrom, template } satisfies Kept));
  renameSync(`${path}.${process.pid}`, path);
  return template;
}

function digestOf(serverless: Serverless): string {
  const { service, serviceDir } = serverless;
  const { serverless: _, custom, ...others } = service as Serverless['service'] & { serverless: unknown };
  // Ports, which no template knows of.
  const configuration = { ...others, custom: { ...custom, 'serverless-offline': undefined } };
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.version, serverless.getProvider('aws').getRegion(), configuration]));
  hash.update(readFileSync(join(serviceDir, 'package-lock.json')));
  const code = readdirSync(join(serviceDir, 'resources'), { recursive: true, encoding: 'utf8' });
  for (const file of code.filter((name) => /\.[cm]?[jt]s$/.test(name)).sort()) {
    hash.update(file).update(readFileSync(join(serviceDir, 'resources', file)));
  }
  return hash.digest('hex');
}

function readKept(path: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}
