import { describe, expect, test } from '@jest/globals';
import { table } from '#resources/cli/table.ts';
import { plain, truncate, visible, widthOf } from '#resources/cli/text.ts';
import { ago, withAgo } from '#resources/cli/times.ts';

describe('A table', () => {
  test('lines up its columns, whatever width their characters have', () => {
    expect(
      table(
        ['a', 'b'],
        [
          ['漢字', '1'],
          ['é', '💥 2'],
        ],
      ).split('\n'),
    ).toEqual(['a     b', '────  ────', '漢字  1', 'é     💥 2']);
  });

  test('cuts the widest columns where it does not fit, and those to keep last', () => {
    const text = table(['id', 'text'], [['0123456789', 'abcdefghijklmnop']], { width: 22, keep: ['id'] });
    expect(text.split('\n')).toEqual([
      'id          text',
      '──────────  ──────────',
      '0123456789  abcdefghi…',
    ]);
    const narrow = table(['id', 'text'], [['0123456789', 'abcdefghijklmnop']], { width: 12, keep: ['id'] });
    expect(narrow.split('\n').every((line) => widthOf(line) <= 12)).toBe(true);
  });

  test('keeps every line of it within the width, with many columns too', () => {
    const cells = Array.from({ length: 20 }, (_, index) => `column ${index}`);
    const lines = table(cells, [cells]).split('\n');
    expect(lines.filter((line) => widthOf(line) > 100)).toEqual([]);
  });

  test('lets nothing that a terminal acts upon through, unless the cells are its own', () => {
    const red = '\u001b[31mx\u001b[39m';
    expect(table(['a'], [[`${red}\n\u202ey`]]).split('\n')).toEqual(['a', '───', 'x y']);
    expect(table(['a'], [[red]], { isStyled: true })).toContain(red);
  });
});

describe('Text', () => {
  test.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['💥', 2],
    ['👩‍👩‍👧', 2],
    ['\u200b', 0],
    ['\u001b[31mred\u001b[39m', 3],
  ])('%j takes %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test('is cut between characters, and never longer than asked for', () => {
    expect(truncate('漢字漢字', 6)).toBe('漢字…');
    expect(truncate('漢字漢字', 7)).toBe('漢字漢…');
    expect(truncate('abc', 3)).toBe('abc');
    expect(truncate('x'.repeat(101))).toHaveLength(100);
  });

  test('of others is one line without control characters, halves of pairs and bidi controls', () => {
    expect(plain(' a\r\n\tb\u2028c\ud83d\u202ed\u009b ')).toBe('a b c d');
  });

  test('that is shown whole keeps its lines and shows what is invisible', () => {
    expect(visible('a\n💥\u202e\u0000\ud83d')).toBe('a\n💥\\u{202e}\\u{0}\\u{d83d}');
  });
});

describe('A time', () => {
  const now = Date.parse('2026-11-25T12:00:00.000Z');

  test.each([
    ['2026-11-25T12:00:00.000Z', 'now'],
    ['2026-11-25T11:59:18.000Z', '42 s ago'],
    ['2026-11-25T11:56:01.000Z', '3 min ago'],
    ['2026-11-25T01:00:00.000Z', '11 h ago'],
    ['2026-11-24T11:00:00.000Z', '1 day ago'],
    ['2026-11-20T11:00:00.000Z', '5 days ago'],
    ['2026-11-25T12:03:00.000Z', 'in 3 min'],
    ['not known', 'not known'],
  ])('%s is %s', (time, text) => {
    expect(ago(time, now)).toBe(text);
  });

  test('is shown both ways where there is room', () => {
    expect(withAgo('2026-11-25T11:56:00.000Z', now)).toBe('2026-11-25T11:56:00.000Z (4 min ago)');
  });
});
