/** `npm run console`: the console of a deployed stage, on this machine; without `--stage`, where that of `npm start` is. */
import { startStageConsole } from '#resources/console/stage.ts';
import { findRun } from '#resources/local/run-file.ts';
import { runCommand, UsageError } from './arguments.ts';

const usage = [
  'npm run console -- --stage staging [--region eu-west-1] [--payloads none|masked|full] [--port 3010]',
  '',
  '  --stage     the stage that is shown, through its functions and with your credentials; it is only read, until you type its name',
  '  --payloads  how much of events and messages is shown (masked; of dev: full)',
  '  --port      on this machine (one that is free)',
  'Without --stage: says where the console of the `npm start` of this folder is.',
].join('\n');

const payloadsOf = (given: string | undefined, stage: string): 'none' | 'masked' | 'full' => {
  switch (given) {
    case undefined:
      return stage === 'dev' ? 'full' : 'masked';
    case 'none':
    case 'masked':
    case 'full':
      return given;
    default:
      throw new UsageError(`--payloads ${given}: there are none, masked and full.`);
  }
};

function portOf(given = '0'): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : -1;
  if (port < 0 || port > 65_535) throw new UsageError(`--port ${given} is no port.`);
  return port;
}

runCommand({
  usage,
  options: {
    stage: { type: 'string' },
    region: { type: 'string' },
    payloads: { type: 'string' },
    port: { type: 'string' },
  },
  async run({ stage, region, payloads, port }) {
    if (stage === undefined) {
      const run = await findRun(process.cwd());
      if (!run) throw new Error('Nothing runs here. Start it with `npm start`, or name a --stage.');
      process.stdout.write(`${run.httpUrl}/console\n`);
      return;
    }
    const shown = payloadsOf(payloads, stage);
    process.stderr.write(`Compiling the template of ${stage} …\n`);
    const { url } = await startStageConsole({
      serviceDir: process.cwd(),
      stage,
      ...(region && { region }),
      payloads: shown,
      port: portOf(port),
    });
    process.stdout.write(`${url}\nThe console of ${stage}; payloads ${shown}. Ctrl-C stops it.\n`);
  },
});
