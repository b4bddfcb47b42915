import { stripVTControlCharacters } from 'node:util';

/** Lines up columns by what a terminal shows: ANSI colours take no room. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = (text: string) => stripVTControlCharacters(text).length;
  const widths = head.map((title, column) =>
    Math.max(shown(title), ...rows.map((row) => shown(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - shown(cell)))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
