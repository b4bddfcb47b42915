/** `npm run smoke`: whether the local run works, or with `--stage` or `--url` a deployment. */
import { randomUUID } from 'node:crypto';
import { findRun } from '#resources/local/run-file.ts';
import { runCommand, UsageError } from './arguments.ts';
import { clientToken } from './client-token.ts';
import { createToken } from './jwt.ts';
import { smokeTest } from './smoke-test.ts';
import { stackOutputs } from './stack-outputs.ts';

const usage = [
  'npm run -s smoke -- [--stage staging [--region eu-west-1] | --url https://…] [--health-only]',
  'Without --stage and --url: what `npm start` runs in this folder.',
  'A deployment takes a token in SMOKE_TOKEN, or SMOKE_CLIENT_ID and SMOKE_CLIENT_SECRET to get one with, from the',
  "stage's own user pool or SMOKE_TOKEN_URL.",
].join('\n');

async function main(values: {
  stage?: string;
  region?: string;
  url?: string;
  'health-only'?: boolean;
}): Promise<void> {
  const { stage, region, url } = values;
  if (stage && url) throw new UsageError('--stage and --url do not go together.');
  const target = stage
    ? await ofStage(stage, region)
    : url
      ? { url: url.replace(/\/$/, '') }
      : await ofLocalRun();
  const token = values['health-only'] ? undefined : await tokenFor(target);

  const correlationId = `smoke-${randomUUID()}`;
  const started = Date.now();
  const say = (step: string) => process.stdout.write(`✓ ${step} (${Date.now() - started} ms)\n`);
  process.stdout.write(`${target.url}, correlation id ${correlationId}\n`);
  await smokeTest({ url: target.url, token, correlationId, say });
  if (token === undefined) process.stdout.write('No order was placed.\n');
}

interface Target {
  url: string;
  /** Where a client gets a token. */
  tokenUrl?: string;
  token?: string;
}

async function ofLocalRun(): Promise<Target> {
  const run = await findRun(process.cwd());
  if (!run)
    throw new Error('Nothing runs here. Start it with `npm start` in another terminal, or name a --stage.');
  return { url: run.httpUrl, token: await createToken({ sub: 'smoke-test' }) };
}

async function ofStage(stage: string, region: string | undefined): Promise<Target> {
  const { HttpApiUrl, SignInUrl } = await stackOutputs(process.cwd(), { stage, region });
  if (!HttpApiUrl) throw new Error(`stage ${stage} has no HttpApiUrl: is it deployed?`);
  return { url: HttpApiUrl, ...(SignInUrl && { tokenUrl: `${SignInUrl}/oauth2/token` }) };
}

async function tokenFor({ token, tokenUrl }: Target): Promise<string> {
  const { SMOKE_TOKEN, SMOKE_CLIENT_ID, SMOKE_CLIENT_SECRET, SMOKE_TOKEN_URL } = process.env;
  if (token) return token;
  if (SMOKE_TOKEN) return SMOKE_TOKEN;
  const url = SMOKE_TOKEN_URL || tokenUrl;
  if (SMOKE_CLIENT_ID && SMOKE_CLIENT_SECRET && url)
    return clientToken(url, SMOKE_CLIENT_ID, SMOKE_CLIENT_SECRET);
  throw new UsageError('No token for an order; --health-only does without.');
}

runCommand({
  usage,
  options: {
    stage: { type: 'string' },
    region: { type: 'string' },
    url: { type: 'string' },
    'health-only': { type: 'boolean' },
  },
  run: main,
});
