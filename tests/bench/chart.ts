import { type BenchTable, shown } from './bench-table.ts';

const WIDTH = 760;
const ROW = 22;
/** At 12 px a character takes some 6.7. */
const CHARACTER = 6.7;

/** A table as bars, longest first where they are not in an order of their own. Black on white, and readable in print. */
export function chart({
  title,
  head,
  rows,
  chart: { column, unit, labels: columns = 1 },
}: BenchTable): string {
  const bars = rows.map((row) => ({ label: row.slice(0, columns).join(' / '), value: Number(row[column]) }));
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const labels = Math.max(
    290,
    Math.ceil(CHARACTER * Math.max(...bars.map(({ label }) => label.length))) + 24,
  );
  const most = WIDTH - labels - 90;
  const height = 48 + ROW * bars.length;
  const lines = bars.map(({ label, value }, index) => {
    const y = 40 + ROW * index;
    const width = ((most * value) / longest).toFixed(1);
    return [
      `  <text x="${labels - 8}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect x="${labels}" y="${y + 2}" width="${width}" height="${ROW - 6}" fill="#2f6fab"/>`,
      `  <text x="${(labels + Number(width) + 6).toFixed(1)}" y="${y + 14}">${shown(value)}</text>`,
    ].join('\n');
  });
  const desc = bars.map(({ label, value }) => `${label}: ${shown(value)} ${unit}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(title)}</title>
  <desc id="desc">${escaped(desc)}</desc>
  <style>text { font: 12px system-ui, sans-serif; fill: #1f2328; } .head { font-weight: 600; }</style>
  <rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff" stroke="#d0d7de"/>
  <text x="16" y="24" class="head">${escaped(`${title}: ${head[column]}`)}</text>
${lines.join('\n')}
</svg>
`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
