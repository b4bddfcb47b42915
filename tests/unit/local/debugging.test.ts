import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { expect, test } from '@jest/globals';
import { bundleFunctions } from '#resources/local/bundle.ts';
import { buildFolder } from '#resources/local/run-file.ts';
import { root } from '#tests/support/scripts.ts';

interface Configuration {
  name: string;
  runtimeExecutable: string;
  runtimeArgs: string[];
  outFiles?: string[];
}

const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { configurations }: { configurations: Configuration[] } = readJson('.vscode/launch.json');

test.each(configurations)('The launch configuration $name runs a script of package.json', (configuration) => {
  const { scripts } = readJson('package.json');
  expect(configuration.runtimeExecutable).toBe('npm');
  expect(Object.keys(scripts)).toContain(configuration.runtimeArgs[0]);
});

test('A debugger looks for the source maps where npm start writes the bundles', () => {
  const start = configurations.find(({ runtimeArgs }) => runtimeArgs[0] === 'start');
  const bundle = `${buildFolder(3000)}/functions/commands/place-order/handler.mjs`;
  const [glob = ''] = start?.outFiles ?? [];
  expect(matchesGlob(bundle, glob.replace(/^\$\{workspaceFolder\}\//, ''))).toBe(true);
});

test('The source map of a bundle leads from each line of a handler to its source', async () => {
  const serviceDir = mkdtempSync(join(tmpdir(), 'debugging-'));
  mkdirSync(join(serviceDir, 'functions/a'), { recursive: true });
  const source = [
    'interface Name {',
    '  name: string;',
    '}',
    'export const handler = ({ name }: Name) =>',
    '  name.trim();',
  ];
  writeFileSync(join(serviceDir, 'functions/a/handler.ts'), source.join('\n'));
  const bundle = await bundleFunctions({
    serviceDir,
    folder: 'built',
    modules: ['functions/a/handler'],
    onRebuilt: () => undefined,
    onBroken: () => undefined,
    onConfigurationChanged: () => undefined,
    onUnwatched: () => undefined,
  });
  try {
    const file = join(serviceDir, 'built/functions/a/handler.mjs');
    const lines = readFileSync(file, 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes('name.trim()'));
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    expect(map.findEntry(line, lines[line]?.indexOf('name.trim()') ?? 0)).toMatchObject({
      originalSource: '../../../functions/a/handler.ts',
      originalLine: source.length - 1,
    });
    expect(lines).toContain('//# sourceMappingURL=handler.mjs.map');
  } finally {
    await bundle.stop();
    rmSync(serviceDir, { recursive: true, force: true });
  }
});
