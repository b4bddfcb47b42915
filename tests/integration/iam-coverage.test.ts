import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import type { CallRecord } from '#tests/support/aws-calls.ts';
import { stageTemplate } from '#tests/support/compiled-template.ts';
import { everyPath, mailing } from '#tests/support/iam-coverage.ts';
import { person } from '#tests/support/iam-coverage-person.ts';
import { type RecordedSystem, startRecordedSystem } from '#tests/support/recorded-system.ts';
import { functionsOf, roleFindings, roleIdOf, statementsOf } from '#tests/support/role-rights.ts';

// Every function is led along every path on which it calls AWS. What it called is held against its role: a right that
// is missing is a failure, and so is one too many. What it logged is searched for the person it was about.

let the: RecordedSystem;
/** A stage that sends mail by SES. */
let staging: Template;
/** What notifications calls there, where SES takes the email and where it refuses it. */
let mailed: CallRecord[];
/** What lies in the dead letters at the end. */
let letters: { body: string; reason: string }[];

beforeAll(async () => {
  const compiling = stageTemplate('staging');
  the = await startRecordedSystem();
  await everyPath(the);
  mailed = [await mailing(the, false), await mailing(the, true)];
  letters = (await Promise.all([...the.deadLetters.values()].map(lettersIn))).flat();
  staging = await compiling;
}, 180_000);
afterAll(() => the.stop());

describe('The role of every function', () => {
  test('grants what the function calls, and nothing else', () => {
    expect(roleFindings(the.template, the.system.stack, the.called)).toEqual([]);
  });

  test('is found wanting for a right too few, and for one too many', () => {
    const { stack } = the.system;
    const broken = structuredClone(the.template);
    const statementOf = (name: string) => {
      const role = functionsOf(broken).find((one) => one.name === name)?.resource;
      const [statement] = statementsOf(broken.Resources[(role && roleIdOf(role)) ?? '']);
      if (!statement) throw new Error(`${name} has no statement`);
      return statement;
    };
    statementOf('place-order').Action = ['dynamodb:PutItem', 'dynamodb:DeleteItem'];
    statementOf('get-stock').Resource = '*';
    expect(roleFindings(broken, stack, the.called)).toEqual([
      `place-order may not dynamodb:Query on ${stack.tables.EventsTable?.arn}`,
      `place-order never does dynamodb:DeleteItem on ${stack.tables.EventsTable?.arn}`,
      `get-stock may not dynamodb:GetItem on ${stack.tables.ReadModelTable?.arn}`,
      'get-stock never does dynamodb:GetItem on *',
    ]);
  });

  test('differs where a stage sends mail by SES: notifications may, as its own identity', () => {
    const { stack } = the.system;
    const mailing = mailed.flatMap((calls) => calls.of('notifications'));
    const called = the.called.with('notifications', [...the.called.of('notifications'), ...mailing]);
    expect(mailing.map(({ action }) => action)).toContain('ses:SendEmail');
    expect(roleFindings(staging, stack, called)).toEqual([]);
  });

  test('knows of all calls: no function makes a client of its own', async () => {
    const root = resolve(import.meta.dirname, '../..');
    const making: string[] = [];
    for await (const path of glob('{functions,shared}/**/*.ts', { cwd: root })) {
      if (/\bnew \w+Client\(/.test(await readFile(resolve(root, path), 'utf8'))) making.push(path);
    }
    expect(making.sort()).toEqual([
      'functions/consumers/notifications/ses-sender.ts',
      'shared/kit/aws/clients.ts',
      'shared/kit/config/runtime.ts',
    ]);
  });
});

/** Everything that tells who it is, in whatever case; a name by each of its words. */
const telling = [...person.name.split(' '), person.email, person.line1, person.city, person.postalCode];

const linesAbout = (lines: readonly string[]): string[] =>
  lines.filter((line) => telling.some((word) => line.toLowerCase().includes(word.toLowerCase())));

describe('The logs', () => {
  test('do not say whom they are about', () => {
    expect(linesAbout(the.logs)).toEqual([]);
  });

  test('were written all along the way, failures and metrics among them', () => {
    const hops = new Set(the.logs.map((line) => JSON.parse(line).hop).filter(Boolean));
    expect([...hops].sort()).toEqual(['command', 'consumer', 'dead-letter', 'http', 'publish', 'redrive']);
    const count = (pattern: RegExp) => the.logs.filter((line) => pattern.test(line)).length;
    expect(the.logs.length).toBeGreaterThan(200);
    expect(count(/"stack":/)).toBeGreaterThan(20);
    expect(count(/"_aws":/)).toBeGreaterThan(50);
    expect(count(/"streamId":"customer-email-[0-9a-f]{12}"/)).toBeGreaterThan(3);
    expect(count(/Email address is not verified: email-[0-9a-f]{12}/)).toBeGreaterThan(0);
    expect(count(/"errorType":"ConcurrencyConflict"/)).toBe(1);
  });

  test('would be found out: the same search finds the person in the messages', () => {
    expect(linesAbout(letters.map(({ body }) => body)).length).toBeGreaterThan(20);
  });
});

test('The reasons of dead letters do not say whom they are about', () => {
  expect(linesAbout(letters.map(({ reason }) => reason))).toEqual([]);
});

async function lettersIn(QueueUrl: string): Promise<typeof letters> {
  const found = new Map<string, { body: string; reason: string }>();
  for (;;) {
    const { Messages = [] } = await the.system.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return [...found.values()];
    for (const { MessageId = '', Body = '', MessageAttributes } of Messages) {
      found.set(MessageId, { body: Body, reason: JSON.stringify(MessageAttributes) });
    }
  }
}
