import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { type Bundle, bundledModules } from '#tests/support/bundled-function.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { type FunctionResource, functionsOf, roleIdOf, statementsOf } from '#tests/support/role-rights.ts';
import { root } from '#tests/support/scripts.ts';

const kib = 1024;
const template = await compiledTemplate();
const functions = functionsOf(template);
const inFolder = (folder: string) =>
  functions.map(moduleOf).filter((path) => path.startsWith(`functions/${folder}/`));

const moduleOf = ({ resource }: FunctionResource): string =>
  String(resource.Properties?.Handler).replace(/\.handler$/, '.ts');

/** What Lambda's event source mappings do in the name of a function, with no client of the function's. */
const byLambda = /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;
const services = { dynamodb: 'dynamo', sns: 'sns', sqs: 'sqs' } as const;

/** The clients that a function needs for what its role allows. */
function neededBy({ id, resource }: FunctionResource, { Resources }: Template): string[] {
  const readsStream = Object.values(Resources).some(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventSourceMapping' &&
      Properties?.DestinationConfig !== undefined &&
      JSON.stringify(Properties.FunctionName).includes(`"${id}"`),
  );
  const actions = statementsOf(Resources[roleIdOf(resource) ?? '']).flatMap(({ Action }) => Action);
  return Object.entries(services)
    .filter(([service]) => service !== 'sqs' || !readsStream)
    .filter(([service]) =>
      actions.some((action) => action.startsWith(`${service}:`) && !byLambda.test(action)),
    )
    .map(([, client]) => client);
}

let bundles: Map<string, Bundle>;
const bundleOf = (path: string): Bundle => {
  const found = bundles.get(path);
  if (!found) throw new Error(`${path} is no function`);
  return found;
};

beforeAll(async () => {
  bundles = await bundledModules(functions.map(moduleOf));
}, 120_000);

describe('The bundle of a function', () => {
  test.each(functions.map((one) => [one.name, one] as const))(
    '%s has the clients that its role is for',
    (_, one) => {
      const source = readFileSync(join(root, moduleOf(one)), 'utf8');
      const named = [...source.matchAll(/\b(\w+): \1Client\(\)/g)].map(([, client]) => client);
      expect(named.sort()).toEqual(neededBy(one, template));
    },
  );

  test('is at most 405 KB for a command, and has the client of DynamoDB alone', () => {
    const bundles = inFolder('commands').map(bundleOf);
    expect(bundles.length).toBeGreaterThan(0);
    expect(Math.max(...bundles.map(({ bytes }) => bytes))).toBeLessThanOrEqual(405 * kib);
    expect([...new Set(bundles.flatMap(({ clients }) => clients))]).toEqual(['dynamodb']);
  });

  test('is at most 130 KB for health, and has no client', () => {
    const { bytes, clients } = bundleOf('functions/queries/health/handler.ts');
    expect(bytes).toBeLessThanOrEqual(130 * kib);
    expect(clients).toEqual([]);
  });

  test('has no client of SNS or SQS for a query', () => {
    const clients = inFolder('queries').flatMap((path) => bundleOf(path).clients);
    expect([...new Set(clients)]).toEqual(['dynamodb']);
  });

  test('holds no provider of credentials but the environment', () => {
    const { code } = bundleOf('functions/operations/audit/handler.ts');
    expect(code).toContain('AWS_SESSION_TOKEN');
    expect(code).not.toMatch(/AWS_WEB_IDENTITY_TOKEN_FILE|AWS_CONTAINER_CREDENTIALS|credential_process/);
  });
});
