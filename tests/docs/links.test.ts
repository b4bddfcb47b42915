import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '#tests/support/scripts.ts';
import { type Document, documents, parse } from './documents.ts';

/** Targets of links, images and reference definitions, in the order of the page; code is left out. */
function targetsOf({ prose }: Document): string[] {
  const text = prose.replace(/`[^`\n]*`/g, '');
  return [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    ...[...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = '']) => target),
    ...[...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target = '']) => target),
  ];
}

const isExternal = (target: string) => /^[a-z]+:/.test(target);

/** The page or file that a relative link leads to, from the root of the repository, and the anchor. */
function resolved(from: Document, target: string): { path: string; anchor: string | undefined } {
  const [file = '', anchor] = target.split('#');
  return { path: file ? posix.join(posix.dirname(from.path), file) : from.path, anchor };
}

function broken(document: Document): string[] {
  return targetsOf(document)
    .filter((target) => !isExternal(target))
    .filter((target) => {
      const { path, anchor } = resolved(document, target);
      if (!existsSync(join(root, path))) return true;
      if (anchor === undefined) return false;
      return !documents.find((other) => other.path === path)?.anchors.includes(anchor);
    });
}

describe('Links of the documentation', () => {
  test.each(documents.map((document) => [document.path, document] as const))(
    'of %s lead to pages, files and headings that exist',
    (_, document) => {
      expect(broken(document)).toEqual([]);
    },
  );

  test('lead from README to every page, over other pages', () => {
    const reached = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md']);
    for (const path of reached) {
      const document = documents.find((other) => other.path === path);
      if (!document) continue;
      for (const target of targetsOf(document).filter((one) => !isExternal(one))) {
        reached.add(resolved(document, target).path);
      }
    }
    expect(documents.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });

  test('to other sites use TLS, except those of the local run', () => {
    const external = documents.flatMap(targetsOf).filter(isExternal);
    expect(external.length).toBeGreaterThan(5);
    expect(external.filter((target) => !/^https:\/\/|^http:\/\/localhost/.test(target))).toEqual([]);
  });

  test.each(['[x](missing.md)', '[x](#missing)', '<img src="missing.svg">', '[x]: missing.md'])(
    'are found broken in %s',
    (text) => {
      expect(broken(parse('README.md', `# Title\n\n${text}\n`))).toHaveLength(1);
    },
  );
});
