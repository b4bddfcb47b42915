import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, UsageError } from '#resources/cli/arguments.ts';
import { table } from '#resources/cli/table.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { compile } from '#tests/support/compiled-template.ts';
import { type BenchTable, shown } from './bench-table.ts';
import { benches } from './benches.ts';
import { countBudget, writeBudget } from './bill/budget.ts';
import { chart } from './chart.ts';
import type { Bench } from './types.ts';

const list = benches.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`).join('\n');

const USAGE = `npm run bench -- [--only <bench>] [--json] [--charts <folder>] [--stage <stage>]

Counts and measures. A time is the ratio of two things that are measured in turn in one run; a count is exact.

${list}

  --only <bench>      one bench
  --json              JSON in place of tables
  --budget            writes down the units of the bill, from which a line may grow by 2 %
  --charts <folder>   writes a chart (SVG) of each table
  --stage <stage>     on a stage of your account

DYNAMODB_ENDPOINT names another DynamoDB than the one that comes with npm install.`;

const options = {
  only: { type: 'string' },
  json: { type: 'boolean' },
  budget: { type: 'boolean' },
  charts: { type: 'string' },
  stage: { type: 'string' },
} as const;

await runCommand({
  usage: USAGE,
  options,
  async run({ only, json, budget, charts, stage }) {
    const chosen = benches.filter(({ name }) => only === undefined || name === only);
    if (chosen.length === 0) throw new UsageError(`There is no bench ${only}.`);
    if (stage !== undefined) refuseOnStage(chosen);
    if (budget) return writeBudget(await countBudget(await compiled('dev')));
    const templates = new Map<string, Promise<Template>>();
    const tables: BenchTable[] = [];
    for (const bench of chosen) {
      tables.push(
        ...(await bench.run({
          progress,
          template(of = 'dev') {
            const made = templates.get(of) ?? compiled(of);
            templates.set(of, made);
            return made;
          },
        })),
      );
    }
    progress('');
    if (charts !== undefined) await writeCharts(charts, tables);
    process.stdout.write(json ? `${JSON.stringify(tables, null, 2)}\n` : tables.map(text).join('\n'));
  },
});

function refuseOnStage(chosen: readonly Bench[]): void {
  const reasons = chosen.map(({ name, notOnStage }) => `${name} cannot run on a stage: ${notOnStage}`);
  throw new UsageError(reasons.join('\n'));
}

async function compiled(of: string): Promise<Template> {
  progress(`compiling the template of ${of}`);
  const { template, remove } = await compile(of, { EMAIL_SENDER: 'read-model' });
  await remove();
  return template;
}

async function writeCharts(folder: string, tables: readonly BenchTable[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const one of tables) await writeFile(join(folder, `bench-${one.name}.svg`), chart(one));
}

function text({ title, head, rows, notes = [] }: BenchTable): string {
  const cells = rows.map((row) => row.map(shown));
  return `\n${title}\n\n${table(head, cells)}\n${notes.map((note) => `\n${note}\n`).join('')}`;
}

/** Over the last one, so that what is left is the table; nothing where nobody looks. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
