import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cachedTemplate } from '#resources/local/cached-template.ts';
import type { Serverless } from '#resources/local/serverless.ts';

let serviceDir: string;
let compiled: number;
const write = (path: string, text: string) => {
  mkdirSync(join(serviceDir, path, '..'), { recursive: true });
  writeFileSync(join(serviceDir, path), text);
};

beforeEach(() => {
  serviceDir = mkdtempSync(join(tmpdir(), 'template-'));
  compiled = 0;
  write('package-lock.json', '{}');
  write('resources/plugin.ts', 'first');
  write('resources/tables.yml', 'read by the framework');
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

/** What the framework would have resolved, and a `package` that counts how often it runs. */
function start(more: object = {}, region = 'us-east-1') {
  const service = {
    service: 'orders',
    provider: { stage: 'dev', compiledCloudFormationTemplate: undefined as unknown },
    functions: { place: { handler: 'place.handler' } },
    getAllFunctions: () => [],
    ...more,
  };
  const serverless = {
    serviceDir,
    service,
    getProvider: () => ({ getRegion: () => region }),
    pluginManager: {
      hooks: {},
      async spawn() {
        compiled++;
        service.provider.compiledCloudFormationTemplate = {
          Resources: { Number: { Type: String(compiled) } },
        };
      },
    },
  };
  Object.assign(service, { serverless });
  return cachedTemplate(serverless as unknown as Serverless);
}

function startWith(path: string, text: string) {
  write(path, text);
  return start();
}

describe('the template of the local run', () => {
  test('is compiled once for what it is made from, whatever the ports are', async () => {
    const first = await start({ custom: { 'serverless-offline': { httpPort: 3000 } } });
    const second = await start({ custom: { 'serverless-offline': { httpPort: 3001 } } });
    expect(second).toEqual(first);
    expect(compiled).toBe(1);
    expect(readdirSync(join(serviceDir, '.local'))).toEqual(['template.json']);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a function', () => start({ functions: { place: { handler: 'other.handler' } } })],
    ['a parameter', () => start({ custom: { parameters: { currency: 'EUR' } } })],
    ['the stage', () => start({ provider: { stage: 'prod' } })],
    ['the region', () => start({}, 'eu-west-1')],
    ['a package', () => startWith('package-lock.json', '{"changed": true}')],
    ['the code of a plugin', () => startWith('resources/plugin.ts', 'second')],
    ['the files of the plugins', () => startWith('resources/iam/role.ts', '')],
  ])('is compiled again when %s has changed', async (_, changed) => {
    const first = await start();
    expect(await changed()).not.toEqual(first);
    expect(compiled).toBe(2);
  });

  test('is compiled again where the kept one cannot be read', async () => {
    await start();
    write('.local/template.json', '{"madeFrom": ');
    await start();
    expect(compiled).toBe(2);
  });
});
