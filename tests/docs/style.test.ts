import { describe, expect, test } from '@jest/globals';
import { documentAt, documents } from './documents.ts';

/** Words that we once used, and what the documentation says now. Names in code blocks and backticks are not read. */
const replaced: readonly (readonly [RegExp, string])[] = [
  [/doorbell/i, 'wake-up message'],
  [/\bwitness(es)?\b/i, 'delivery check'],
  [/\bheal(s|ed|ing)?\b/i, 'redeliver'],
  [/\brings?\b/i, 'fires (of an alarm)'],
  [/\bmend(s|ed)?\b/i, 'fix, repair, patch'],
  [/held to\b/i, 'compared with, checked against'],
  [/\bstands? in\b|stand-in/i, 'fake'],
];

describe('The documentation', () => {
  test('has no line over 140 characters', () => {
    const long = documents.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => ([...line].length > 140 ? [`${path}:${index + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });

  test('has a README of one page: at most 150 lines', () => {
    expect(documentAt('README.md').lines.length).toBeLessThanOrEqual(150);
  });

  test('begins every page with its title, and has no other of that rank', () => {
    const titles = documents.map(({ path, prose }) => [
      path,
      [...prose.matchAll(/^# /gm)].length,
      prose.indexOf('# '),
    ]);
    expect(titles.filter(([, count, at]) => count !== 1 || at !== 0)).toEqual([]);
  });

  test('uses no word that the glossary has replaced', () => {
    const found = documents.flatMap(({ path, prose }) => {
      const text = prose.replace(/`[^`\n]*`/g, '');
      return replaced
        .filter(([word]) => word.test(text))
        .map(([word, use]) => `${path}: ${word}, say ${use}`);
    });
    expect(found).toEqual([]);
  });
});
