import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { stageTemplate } from '#tests/support/compiled-template.ts';
import { ofType } from '#tests/support/template-rules.ts';
import { documentAt, tableRows } from './documents.ts';

const DAY = 86_400;
const stages = ['dev', 'staging', 'prod'] as const;

const rows = tableRows(documentAt('docs/deployment.md'));

/** What the page says of each stage in the row that begins with these words. */
function cellsOf(beginning: string): string[] {
  const found = rows.filter(([what = '']) => what.startsWith(beginning));
  expect(found).toHaveLength(1);
  return (found[0] ?? []).slice(1);
}

/** The one value that all resources of a type have. */
function only<Value>(
  template: Template,
  type: string,
  read: (properties: Record<string, unknown>) => Value,
): Value {
  const values = ofType<Record<string, unknown>>(template, type).map(([, properties]) => read(properties));
  const [first] = values;
  expect(new Set(values.map((value) => JSON.stringify(value))).size).toBe(1);
  return first as Value;
}

const yes = (holds: boolean) => (holds ? 'yes' : '–');
const has = (template: Template, type: string) => ofType(template, type).length > 0;
const queues = (template: Template, isDeadLetter: boolean) =>
  ofType<{ QueueName: string; MessageRetentionPeriod: number }>(template, 'AWS::SQS::Queue').filter(
    ([id]) => /(DeadLetters|Failures)$/.test(id) === isDeadLetter,
  );
const days = (template: Template, isDeadLetter: boolean) => [
  ...new Set(
    queues(template, isDeadLetter).map(
      ([, { MessageRetentionPeriod }]) => `${MessageRetentionPeriod / DAY} days`,
    ),
  ),
];

describe('The table of stages says what the templates say', () => {
  const templates: Template[] = [];
  beforeAll(async () => {
    for (const stage of stages) templates.push(await stageTemplate(stage));
  }, 120_000);

  test('of logs and messages', () => {
    expect(cellsOf('logs are kept for')).toEqual(
      templates.map((one) =>
        only(one, 'AWS::Logs::LogGroup', ({ RetentionInDays }) => `${RetentionInDays} days`),
      ),
    );
    expect(cellsOf('a message may wait')).toEqual(templates.flatMap((one) => days(one, false)));
    expect(cellsOf('dead letters are kept for')).toEqual(templates.flatMap((one) => days(one, true)));
  });

  test('of throttling and concurrency', () => {
    const number = new Intl.NumberFormat('en-US');
    expect(cellsOf('requests a second')).toEqual(
      templates.map((one) =>
        only(one, 'AWS::ApiGatewayV2::Stage', ({ DefaultRouteSettings: settings }) => {
          const { ThrottlingRateLimit, ThrottlingBurstLimit } = settings as Record<string, number>;
          return [ThrottlingRateLimit, ThrottlingBurstLimit]
            .map((limit) => number.format(Number(limit)))
            .join(', ');
        }),
      ),
    );
    const ofQueues = (one: Template) =>
      ofType<{ ScalingConfig?: { MaximumConcurrency: number } }>(
        one,
        'AWS::Lambda::EventSourceMapping',
      ).flatMap(([, { ScalingConfig }]) => ScalingConfig?.MaximumConcurrency ?? []);
    expect(cellsOf('concurrent invocations of one consumer')).toEqual(
      // Some consumers declare less than the stage gives them.
      templates.map((one) => String(Math.max(...ofQueues(one)))),
    );
    const reserved = (one: Template) =>
      Number(one.Resources.PublishDasheventsLambdaFunction?.Properties?.ReservedConcurrentExecutions);
    expect(cellsOf('concurrent invocations reserved')).toEqual(
      templates.map((one) => (Number.isNaN(reserved(one)) ? '–' : String(reserved(one)))),
    );
  });

  test('of backups, keys, alarms and machines', () => {
    const recovers = (one: Template) =>
      only(one, 'AWS::DynamoDB::Table', ({ PointInTimeRecoverySpecification: specification }) =>
        String((specification as { PointInTimeRecoveryEnabled: unknown }).PointInTimeRecoveryEnabled),
      );
    expect(cellsOf('point-in-time recovery')).toEqual(templates.map((one) => yes(recovers(one) === 'true')));
    expect(cellsOf('alarms')).toEqual(templates.map((one) => yes(has(one, 'AWS::CloudWatch::Alarm'))));
    expect(cellsOf('a monthly copy').map((cell) => cell !== '–')).toEqual(
      templates.map((one) => has(one, 'AWS::Backup::BackupPlan')),
    );
    expect(cellsOf('encryption').map((cell) => cell === 'a key of the stage')).toEqual(
      templates.map((one) => has(one, 'AWS::KMS::Key')),
    );
    expect(cellsOf('clients for machines').map((cell) => cell !== '–')).toEqual(
      templates.map((one) => ofType(one, 'AWS::Cognito::UserPoolClient').length > 1),
    );
  });
});
