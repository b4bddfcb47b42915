import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Serverless } from '#resources/local/serverless.ts';
import { bundleTogether } from '#resources/stack/bundle-together.ts';

const require = createRequire(import.meta.url);
const { bundle } = require('serverless-esbuild/dist/bundle.js') as { bundle(this: object): Promise<void> };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  writeFileSync(join(folder, 'shared.ts'), 'export const shared: string = "of both";\n');
  for (const name of ['one', 'other']) {
    const text = `import { shared } from './shared.ts';\nexport const handler = () => shared + WHO + "${name}";\n`;
    writeFileSync(join(folder, `${name}.ts`), text);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As serverless-esbuild keeps it, with what its functions `prepare` and `log` do left out. */
class EsbuildServerlessPlugin {
  functionEntries = ['one', 'other', 'one'].map((name) => ({
    entry: `${name}.ts`,
    func: {},
    functionAlias: name,
  }));
  buildOptions: Record<string, unknown> = {
    // esbuild's own default is where this process was started.
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    platform: 'node',
    define: { WHO: '"me"' },
    outputFileExtension: '.cjs',
    outputWorkFolder: '.esbuild',
    concurrency: 4,
    exclude: [],
  };
  buildDirPath = join(folder, 'build');
  buildCache: Record<string, unknown> = {};
  buildResults: { bundlePath: string }[] = [];
  plugins = [];
  log = { verbose() {} };
  prepare() {}
}

const serverlessWith = (...plugins: object[]) =>
  ({ serviceDir: folder, pluginManager: { plugins } }) as unknown as Serverless;

let warnings: unknown[];
beforeEach(() => {
  warnings = [];
});
const log = { warning: (text: unknown) => warnings.push(text) } as never;

const built = (name: string) => readFileSync(join(folder, 'build', name), 'utf8');

describe('All bundles at once', () => {
  test('are those that serverless-esbuild makes one by one, which makes none of them again', async () => {
    const together = new EsbuildServerlessPlugin();
    await bundleTogether(serverlessWith({}, together), log);
    const names = ['one.cjs', 'one.cjs.map', 'other.cjs', 'other.cjs.map'];
    const ours = names.map(built);
    expect(ours[0]).toContain('meone');

    rmSync(together.buildDirPath, { recursive: true });
    await bundle.call(together);
    expect(existsSync(together.buildDirPath)).toBe(false);
    expect(together.buildResults.map(({ bundlePath }) => bundlePath)).toEqual([
      'one.cjs',
      'other.cjs',
      'one.cjs',
    ]);

    await bundle.call(new EsbuildServerlessPlugin());
    expect(names.map(built)).toEqual(ours);
    expect(warnings).toEqual([]);
  });

  test('come with what esbuild warns of', async () => {
    writeFileSync(
      join(folder, 'other.ts'),
      'export const handler = (given: unknown) => typeof given === "strin";\n',
    );
    const plugin = new EsbuildServerlessPlugin();
    await bundleTogether(serverlessWith(plugin), log);
    expect(Object.keys(plugin.buildCache)).toEqual(['one.ts', 'other.ts']);
    expect(warnings).toEqual([expect.stringContaining('other.ts:1')]);
  });

  test('are not made where it would not do the same', async () => {
    const other = new EsbuildServerlessPlugin();
    other.buildOptions = { ...other.buildOptions, plugins: 'plugins.js' };
    await bundleTogether(serverlessWith(other), log);
    class AnotherVersion {}
    await bundleTogether(serverlessWith({}, new AnotherVersion()), log);
    expect(existsSync(other.buildDirPath)).toBe(false);
    expect(other.buildCache).toEqual({});
  });

  test('are left to serverless-esbuild where it has a new setting that esbuild does not take', async () => {
    const newer = new EsbuildServerlessPlugin();
    newer.buildOptions = { ...newer.buildOptions, zipLevel: 9 };
    await bundleTogether(serverlessWith(newer), log);
    expect(newer.buildCache).toEqual({});
  });

  test('fail as one of them fails: serverless-esbuild, left to it, would never end', async () => {
    writeFileSync(join(folder, 'other.ts'), 'export const handler = ;\n');
    const building = bundleTogether(serverlessWith(new EsbuildServerlessPlugin()), log);
    await expect(building).rejects.toThrow('other.ts:1:23: ERROR: Unexpected ";"');
  });
});
