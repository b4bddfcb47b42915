import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

// No part of the template: the framework tells CloudFormation so when it deploys.

/** As the framework skips an empty policy, this is what replaces that of an earlier deployment. */
const everything = { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' };

test('Without a stage it is dev, whose stack may be removed and changed in every way', async () => {
  expect(await providerOf()).toMatchObject({
    stage: 'dev',
    deletionProtection: false,
    stackPolicy: [everything],
  });
}, 30_000);

test('prod’s stack cannot be removed, and no update replaces or deletes what holds data', async () => {
  const { stage, deletionProtection, stackPolicy } = await providerOf('prod');
  expect({ stage, deletionProtection }).toEqual({ stage: 'prod', deletionProtection: true });
  const types = [
    'AWS::DynamoDB::Table',
    'AWS::KMS::Key',
    'AWS::Backup::BackupVault',
    'AWS::Cognito::UserPool',
    'AWS::Cognito::UserPoolClient',
    'AWS::SQS::Queue',
    'AWS::Logs::LogGroup',
  ];
  expect(stackPolicy).toEqual([
    everything,
    {
      Effect: 'Deny',
      Principal: '*',
      Action: ['Update:Replace', 'Update:Delete'],
      Resource: '*',
      Condition: { StringEquals: { ResourceType: types } },
    },
  ]);
}, 30_000);

test('Every resource that can have tags says which service and stage it belongs to', async () => {
  const tags = { service: 'orderstream', stage: 'staging' };
  expect(await providerOf('staging')).toMatchObject({ stackTags: tags, tags });
}, 30_000);

async function providerOf(stage?: string): Promise<Record<string, unknown>> {
  const sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const options = ['--format', 'json', '--path', 'provider', ...(stage ? ['--stage', stage] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, [sls, 'print', ...options], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout);
}
