import type { Document } from '#tests/docs/documents.ts';
import { documents } from '#tests/docs/documents.ts';

/**
 * What a page of the tutorial tells its reader to do, in the order of the page. There is one mechanism:
 * - `Create <path>:` before a block: the block is the whole file.
 * - `Change <path>:` before a block of the language diff: each part between `@@` replaces lines that occur once in the file.
 * - A block of the language sh: commands that end well. One of the language console: commands and all that they print.
 */
export type Step =
  | { create: string; lines: string[] }
  | { change: string; parts: Part[] }
  | { run: string; prints?: string[] };

/** Lines of a file, and what stands in their place afterwards. */
export interface Part {
  before: string[];
  after: string[];
}

/** The pages of the tutorial, in their order. */
export const pages: readonly Document[] = documents.filter(({ path }) => /^docs\/guide\/\d\d-/.test(path));

const FENCE = /^```(\w*)$/;
const NAMED = /^(Create|Change) `(.+)`:$/;

/** Throws for a block that is none of the steps. */
export function stepsOf({ path, lines }: Document): Step[] {
  const steps: Step[] = [];
  let named: RegExpExecArray | null = null;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const language = FENCE.exec(line)?.[1];
    if (language === undefined) {
      if (line !== '') named = NAMED.exec(line);
      continue;
    }
    const end = lines.indexOf('```', index + 1);
    steps.push(...stepsOfBlock(`${path}:${index + 1}`, language, named, lines.slice(index + 1, end)));
    index = end;
    named = null;
  }
  return steps;
}

function stepsOfBlock(
  place: string,
  language: string,
  named: RegExpExecArray | null,
  lines: string[],
): Step[] {
  const [, verb, file = ''] = named ?? [];
  if (language === 'sh' && !verb) return lines.map((run) => ({ run }));
  if (language === 'console' && !verb) return sessionOf(lines);
  if (language === 'diff' && verb === 'Change') return [{ change: file, parts: partsOf(lines) }];
  if (language !== 'diff' && verb === 'Create') return [{ create: file, lines }];
  throw new Error(`${place}: nothing says what to do with this block`);
}

function sessionOf(lines: readonly string[]): Step[] {
  const steps: { run: string; prints: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) steps.push({ run: line.slice(2), prints: [] });
    else steps.at(-1)?.prints.push(line);
  }
  return steps;
}

function partsOf(lines: readonly string[]): Part[] {
  const parts: Part[] = [{ before: [], after: [] }];
  for (const line of lines) {
    const part = parts.at(-1);
    if (line === '@@') parts.push({ before: [], after: [] });
    if (line === '@@' || !part) continue;
    if (!line.startsWith('+')) part.before.push(line.slice(1));
    if (!line.startsWith('-')) part.after.push(line.slice(1));
  }
  return parts;
}

/** The file after the change. Throws where the lines to replace do not occur exactly once. */
export function changed(text: string, parts: readonly Part[]): string {
  let lines = text.split('\n');
  for (const { before, after } of parts) {
    const places = lines.flatMap((_, at) =>
      before.every((line, next) => lines[at + next] === line) ? [at] : [],
    );
    const [at] = places;
    if (at === undefined || places.length > 1) {
      throw new Error(`occur ${places.length} times, not once:\n${before.join('\n')}`);
    }
    lines = [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)];
  }
  return lines.join('\n');
}

/** The files that exist once a reader has followed the tutorial. */
export function filesOfTheTutorial(): Set<string> {
  return new Set(
    pages.flatMap(stepsOf).flatMap((step) => {
      if ('create' in step) return [step.create];
      const [, consumer] = ('run' in step && /^npm run sample -- --consumer (\S+)/.exec(step.run)) || [];
      return consumer ? [`tests/events/${consumer}.json`] : [];
    }),
  );
}
