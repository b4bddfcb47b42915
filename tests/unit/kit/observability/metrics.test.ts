import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createMetrics } from '#kit/observability/metrics.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

interface EmfLine {
  _aws: {
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string; Unit: string }[];
    }[];
  };
  [value: string]: unknown;
}

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(...String(text).trim().split('\n'));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const written = () => lines.map((line) => JSON.parse(line) as EmfLine);

const settings = { SERVICE: 'hall', STAGE: 'staging', CONSUMER: 'tally' };

describe('Metrics', () => {
  test('are told apart by service and stage, and by nothing else', () => {
    const metrics = createMetrics(counterApplication, settings);
    metrics.count('CommandsRejected', 2);
    metrics.count('CommandConflicts');
    metrics.flush();
    const [line, ...others] = written();
    expect(others).toEqual([]);
    expect(line?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: counterApplication.metricNamespace,
        Dimensions: [['service', 'stage']],
        Metrics: [
          { Name: 'CommandsRejected', Unit: 'Count' },
          { Name: 'CommandConflicts', Unit: 'Count' },
        ],
      },
    ]);
    expect(line).toMatchObject({
      service: 'hall',
      stage: 'staging',
      CommandsRejected: 2,
      CommandConflicts: 1,
    });
  });

  test('of a consumer are told apart by consumer too, in a line of their own', () => {
    const metrics = createMetrics(counterApplication, settings);
    metrics.count('CommandsRejected');
    metrics.count('MessagesRetried', 3);
    metrics.record('DeadLetters', 120);
    metrics.record('DeadLetters', 80);
    metrics.flush();
    const [stage, consumer] = written();
    expect(stage?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'stage']]);
    expect(stage).not.toHaveProperty('consumer');
    expect(consumer?._aws.CloudWatchMetrics[0]).toMatchObject({
      Dimensions: [['service', 'stage', 'consumer']],
      Metrics: [{ Name: 'MessagesRetried' }, { Name: 'DeadLetters', Unit: 'Count' }],
    });
    expect(consumer).toMatchObject({ consumer: 'tally', MessagesRetried: 3, DeadLetters: [120, 80] });
  });

  test('of several projections are a line each', () => {
    const metrics = createMetrics(counterApplication, { SERVICE: 'hall', STAGE: 'staging' });
    metrics.record('ProjectionLagSeconds', 4, 'counter-view');
    metrics.record('ProjectionLagSeconds', 0, 'other-view');
    metrics.flush();
    expect(written()).toEqual([
      expect.objectContaining({ projection: 'counter-view', ProjectionLagSeconds: 4 }),
      expect.objectContaining({ projection: 'other-view', ProjectionLagSeconds: 0 }),
    ]);
  });

  test('of one invocation do not come again in the next, and no line is written for none', () => {
    const metrics = createMetrics(counterApplication, settings);
    metrics.flush();
    expect(lines).toEqual([]);
    metrics.count('DeadLetters');
    metrics.flush();
    metrics.count('CommandsRejected');
    metrics.flush();
    expect(written().map(({ DeadLetters, CommandsRejected }) => [DeadLetters, CommandsRejected])).toEqual([
      [1, undefined],
      [undefined, 1],
    ]);
  });
});
