/** What a bench found, for people and for programs. */
export interface BenchTable {
  /** For `--json` and the name of the chart: `bill-under-load`. */
  name: string;
  title: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** The column whose numbers the chart shows, and their unit; the first columns (`labels`, else one) name the bars. */
  chart: { column: number; unit: string; labels?: number };
  /** What one has to know to read it. */
  notes?: readonly string[];
}

/** A number as people read it: three digits that count. */
export function shown(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(cell) || 1)));
  return cell.toFixed(Math.min(4, digits));
}
