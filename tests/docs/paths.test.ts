import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '#tests/support/scripts.ts';
import { documents, inlineCode, parse } from './documents.ts';
import { filesOfTheTutorial } from './guide/steps.ts';

/** What only exists after something ran. */
const generated = ['.local', '.serverless', '.esbuild', 'node_modules'];

const entries = readdirSync(root).filter((name) => name !== '.git' && !generated.includes(name));

/** A path of this repository: it begins with one of its folders, or it is one of its files. `<name>` stands for any name. */
function repositoryPath(text: string): string | undefined {
  if (!/^[\w.@<>*/-]+$/.test(text)) return undefined;
  const [first = '', ...rest] = text.split('/');
  const isOurs = entries.includes(first) && (rest.length > 0 || first.includes('.'));
  // A function's entry point: the file, and the name that it exports.
  return isOurs ? text.replace(/\.handler$/, '.ts') : undefined;
}

const tutorial = filesOfTheTutorial();

const exists = (path: string): boolean =>
  /[<*]/.test(path)
    ? globSync(path.replace(/<[\w-]+>/g, '*'), { cwd: root }).length > 0
    : existsSync(join(root, path)) || tutorial.has(path);

const pathsOf = (document: ReturnType<typeof parse>): string[] =>
  [
    ...inlineCode(document),
    ...document.blocks.flatMap(({ lines }) => lines.flatMap((line) => line.split(/[\s"'(),]+/))),
  ].flatMap((text) => repositoryPath(text) ?? []);

describe('Paths that the documentation names', () => {
  test('exist in this repository', () => {
    const paths = documents
      .filter(({ path }) => path !== 'CHANGELOG.md')
      .flatMap((document) => pathsOf(document).map((path) => [document.path, path] as const));
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter(([, path]) => !exists(path))).toEqual([]);
  });

  test('are found where they do not exist', () => {
    const document = parse(
      'x.md',
      '`shared/gone.ts`, `tests/<name>/gone.ts`\n\n```sh\ncat tests/gone.json\n```\n',
    );
    expect(pathsOf(document).filter((path) => !exists(path))).toEqual([
      'shared/gone.ts',
      'tests/<name>/gone.ts',
      'tests/gone.json',
    ]);
  });

  test('are told from other code in backticks', () => {
    const document = parse(
      'x.md',
      '`application/problem+json`, `shared`, `GET /orders/{id}`, `EventsTable/by-type`\n',
    );
    expect(pathsOf(document)).toEqual([]);
  });
});
