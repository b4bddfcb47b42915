import { plain, truncate, WIDTH, widthOf } from './text.ts';

const GAP = 2;
/** No column is cut shorter than this while another one is wider. */
const SHORTEST = 8;

export interface TableOptions {
  width?: number;
  /** Titles of columns that are cut only when nothing else is left to cut, as they are copied from here. */
  keep?: readonly string[];
  /** The cells are ours and may have colours. Otherwise whatever a terminal would act upon is taken out. */
  isStyled?: boolean;
}

/** Lines up columns by what a terminal shows. No line is wider than `width`; what is cut off ends in `…`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width = WIDTH, keep = [], isStyled = false }: TableOptions = {},
): string {
  const cells = isStyled ? rows : rows.map((row) => row.map(plain));
  const natural = head.map((title, column) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const kept = head.map((title) => keep.includes(title));
  const widths = shrink(natural, kept, width - GAP * (head.length - 1));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => pad(truncate(cell, widths[column] ?? 0), widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(head), widths.map((one) => '─'.repeat(one)).join(' '.repeat(GAP)), ...cells.map(line)].join(
    '\n',
  );
}

const pad = (cell: string, width: number): string => cell + ' '.repeat(Math.max(0, width - widthOf(cell)));

/** Takes from the widest column first; from those that are kept only when the others are as short as they may be. */
function shrink(natural: readonly number[], kept: readonly boolean[], room: number): number[] {
  const widths = [...natural];
  const isCuttable = [
    (column: number) => !kept[column] && (widths[column] ?? 0) > SHORTEST,
    (column: number) => (widths[column] ?? 0) > SHORTEST,
    (column: number) => (widths[column] ?? 0) > 1,
  ];
  for (const may of isCuttable) {
    while (sum(widths) > room) {
      const columns = widths.map((_, column) => column).filter(may);
      const widest = columns.reduce(
        (a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a),
        columns[0] ?? -1,
      );
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
