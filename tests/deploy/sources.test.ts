import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { textsIn } from '#resources/api-docs/texts-in.ts';

// The framework merges two functions or resources of one name without a word: the later file wins. The compiled
// template cannot show that, so the files themselves are compared.

const root = resolve(import.meta.dirname, '../..');

/** Names that more than one file defines, as sentences. */
function duplicates(definitions: { name: string; file: string }[]): string[] {
  const first = new Map<string, string>();
  return definitions.flatMap(({ name, file }) => {
    const other = first.get(name);
    first.set(name, file);
    return other ? [`${name} is defined by ${other} and by ${file}`] : [];
  });
}

async function filesOf(pattern: string): Promise<{ file: string; text: string }[]> {
  const files: { file: string; text: string }[] = [];
  for await (const file of glob(pattern, { cwd: root })) {
    files.push({ file, text: await readFile(join(root, file), 'utf8') });
  }
  return files.sort((a, b) => (a.file < b.file ? -1 : 1));
}

type Source = { file: string; text: string };

/** What `namesOf` finds in each parsed file. */
const names = (files: Source[], namesOf: (content: Record<string, unknown>) => unknown[]) =>
  files.flatMap(({ file, text }) =>
    namesOf(parse(text) as Record<string, unknown>).map((name) => ({ name: String(name), file })),
  );

/** The names under which resources stand, wherever in a file. */
function resourcesIn(content: unknown): string[] {
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([name, value]) => {
    const type = (value as { Type?: unknown } | null)?.Type;
    return typeof type === 'string' && type.startsWith('AWS::') ? [name] : resourcesIn(value);
  });
}

describe('The sources of the template', () => {
  test('define no function twice', async () => {
    const functions = names(await filesOf('functions/**/{function,page}.yml'), (file) => Object.keys(file));
    const consumers = names(await filesOf('functions/**/consumer.yml'), ({ name }) => [name]);
    expect(functions.length).toBeGreaterThan(15);
    expect(consumers.length).toBeGreaterThan(7);
    expect(duplicates([...functions, ...consumers])).toEqual([]);
  });

  test('define no resource twice', async () => {
    const resources = names(await filesOf('resources/{stack,observability}/**/*.yml'), resourcesIn);
    expect(resources.length).toBeGreaterThan(15);
    expect(duplicates(resources)).toEqual([]);
  });

  test('are all listed in serverless.yml', async () => {
    const listed = textsIn(parse(await readFile(join(root, 'serverless.yml'), 'utf8')));
    const functions = await filesOf('functions/**/function.yml');
    const consumers = await filesOf('functions/**/consumer.yml');
    expect(
      [...functions.map(({ file }) => `\${file(${file})}`), ...consumers.map(({ file }) => file)].filter(
        (entry) => !listed.includes(entry),
      ),
    ).toEqual([]);
  });

  test('would be caught', () => {
    expect(
      duplicates([
        { name: 'sales', file: 'a.yml' },
        { name: 'sales', file: 'b.yml' },
      ]),
    ).toEqual(['sales is defined by a.yml and by b.yml']);
  });
});
