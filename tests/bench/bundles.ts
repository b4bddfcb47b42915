import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledCode, bundledModules } from '#tests/support/bundled-function.ts';
import { ratioOf } from './measure.ts';
import type { Bench } from './types.ts';

const COMMAND = 'functions/commands/place-order/handler.ts';
const HEALTH = 'functions/queries/health/handler.ts';
const LARGEST = 'functions/operations/audit/handler.ts';

/** The clients that a command uses, made as their documentation shows it. */
const CLIENTS = `
  import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
  export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  export const commands = [PutCommand, QueryCommand];
`;

/** esbuild as it is without settings of ours: CommonJS, and the whole chain of credential providers. */
const unset = { mainFields: ['main', 'module'], alias: {} };

export const bundleBench: Bench = {
  name: 'bundles',
  description: 'size of functions, and CPU of their import',
  notOnStage:
    'it bundles from the sources. The INIT of a stage is in the REPORT lines of its functions, at log level INFO.',
  async run({ progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      progress('bundles: building');
      const ours = await bundledModules([COMMAND, HEALTH, LARGEST]);
      const clients = { 'its clients alone, esbuild without settings': await bundledCode(CLIENTS, unset) };
      const tuned = { 'its clients alone, our settings': await bundledCode(CLIENTS) };
      const all = { ...Object.fromEntries(ours), ...clients, ...tuned };
      const files = new Map<string, string>();
      for (const [index, [name, { code }]] of Object.entries(all).entries()) {
        const file = join(folder, `${index}.cjs`);
        await writeFile(file, code);
        files.set(name, file);
      }
      const reference = files.get(Object.keys(clients)[0] ?? '') ?? '';
      const rows = [];
      for (const [name, { bytes }] of Object.entries(all)) {
        progress(`bundles: importing ${name}`);
        const { ratio } = await ratioOf(
          async () => importCpuMs(files.get(name) ?? ''),
          async () => importCpuMs(reference),
          9,
        );
        rows.push([name.replace(/^functions\/\w+\/|\/handler\.ts$/g, ''), Math.round(bytes / 1024), ratio]);
      }
      return [
        {
          name: 'bundles',
          title: 'Bundles',
          head: ['bundle', 'KB', 'CPU of the import, by that of the clients alone'],
          rows,
          chart: { column: 1, unit: 'KB' },
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** CPU of a process of its own, less that of an empty one: user and system time until the module is there. */
function importCpuMs(file: string): number {
  const script = `const before = process.cpuUsage(); require(${JSON.stringify(file)}); const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      EVENTS_TABLE: 'events',
      READ_MODEL_TABLE: 'read-model',
      STAGE: 'bench',
    },
  });
  const ms = Number(stdout.trim().split('\n').at(-1));
  if (!(ms > 0)) throw new Error(`${file} cannot be imported: ${stderr}`);
  return ms;
}
