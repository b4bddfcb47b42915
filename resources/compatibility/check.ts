/** `npm run check:schemas`: whether today's events and API break with the last release or with main. */
import { registry } from '#domain/index.ts';
import { runCommand } from '#resources/cli/arguments.ts';
import { acceptedBreaks } from './accepted-breaks.ts';
import { type Baseline, contractOfMain, RELEASED, releasedContract, taggedVersion } from './baselines.ts';
import { type Contract, contractOfToday } from './contract.ts';
import { judge } from './judge.ts';
import { reportOf, wrapped } from './report.ts';

const usage = `npm run check:schemas
Compares the events, the consumers' filters and the HTTP API with the last release and with main, in both directions.
Exit status 1 where something breaks that is not accepted.`;

async function check(): Promise<void> {
  const today = await contractOfToday();
  const [released, main] = [await releasedContract(), await contractOfMain()].map((one) =>
    sameApplication(one, today),
  );
  const judgement = judge(
    today,
    { released: released?.contract, main: main?.contract },
    acceptedBreaks,
    registry.upcast,
  );
  const tagged = await taggedVersion();
  const lines = [
    ...[released, main].map((one) =>
      one?.contract ? `compared with ${one.contract.name}` : (one?.why ?? ''),
    ),
    ...(released?.contract && tagged && tagged !== released.contract.version
      ? [
          `${RELEASED} is of ${released.contract.version}, the last tag is v${tagged}: npm run contract -- --release`,
        ]
      : []),
    ...reportOf(judgement, nextVersion(released?.contract?.version ?? today.version)),
  ];
  const wrong = judgement.failures.length + judgement.wrongEntries.length;
  lines.push(
    '',
    wrong === 0
      ? 'Nothing breaks that is not accepted.'
      : summary(
          judgement.failures.map(({ at }) => at),
          wrong,
        ),
  );
  process.stdout.write(
    `${lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrapped(line, '  '))).join('\n')}\n`,
  );
  if (wrong > 0) process.exitCode = 1;
}

/** With another application there is nothing in common: a shop that was replaced begins anew. */
function sameApplication(baseline: Baseline, today: Contract): Baseline {
  const { contract } = baseline;
  if (!contract || contract.application === today.application) return baseline;
  return { why: `not compared with ${contract.name}: that is another application, ${contract.application}` };
}

const summary = (places: readonly string[], wrong: number): string =>
  places.length === 0
    ? `The list of accepted breaks has ${wrong} wrong entries.`
    : `Breaks in ${new Set(places).size} places.`;

/** 0.2.0 → 0.3.0: a break is at least a new minor version. */
function nextVersion(version: string): string {
  const [major = '0', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}

await runCommand({ usage, options: {}, run: check });
