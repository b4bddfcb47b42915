import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '#tests/support/scripts.ts';

export interface CodeBlock {
  /** What stands behind the three backticks: sh, console, yaml, … */
  language: string;
  /** Without the lines with the backticks. */
  lines: string[];
}

export interface Document {
  /** From the root of the repository: `docs/api.md`. */
  path: string;
  lines: string[];
  /** The text without code blocks. */
  prose: string;
  blocks: CodeBlock[];
  /** The anchors of its headings, as GitHub makes them. */
  anchors: string[];
}

/** Every page for readers: README, CONTRIBUTING, CHANGELOG and all of docs. */
export const documents: readonly Document[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: root }).sort(),
].map((path) => parse(path, readFileSync(join(root, path), 'utf8')));

/** Throws where there is no such page. */
export function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (!found) throw new Error(`There is no page ${path}`);
  return found;
}

/** The rows of all tables of a page, each a list of its cells. */
export const tableRows = ({ prose }: Document): string[][] =>
  prose
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ :|-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );

/** What stands between single backticks. */
export const inlineCode = ({ prose }: Document): string[] =>
  [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

export function parse(path: string, text: string): Document {
  const lines = text.replace(/\n$/, '').split('\n');
  const prose: string[] = [];
  const blocks: CodeBlock[] = [];
  let open: CodeBlock | undefined;
  for (const line of lines) {
    const fence = /^ *```(.*)$/.exec(line);
    if (fence && !open) {
      open = { language: fence[1] ?? '', lines: [] };
      blocks.push(open);
    } else if (fence) open = undefined;
    else if (open) open.lines.push(line);
    else prose.push(line);
  }
  if (open) throw new Error(`${path} has a code block without an end`);
  const headings = prose.flatMap((line) => /^#{1,6} (.*)$/.exec(line)?.[1] ?? []);
  return { path, lines, prose: prose.join('\n'), blocks, anchors: anchorsOf(headings) };
}

/** GitHub's rule: lower case, without punctuation, hyphens for spaces; a heading that comes again gets a number. */
function anchorsOf(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const anchor = heading
      .replace(/[`*]/g, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}
