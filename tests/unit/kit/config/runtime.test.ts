import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import { consumerQueues, queuesOf } from '#kit/operations/consumer-queues.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { thrownBy } from '#tests/support/thrown-by.ts';

const withSettings = (settings: Record<string, string | undefined>) =>
  createRuntime(counterApplication, { settings });

describe('The settings of a deployment', () => {
  test('are parsed once, those of the kit and those of the domain', () => {
    const runtime = withSettings({ EVENTS_TABLE: 'events', MAX_RECEIVE_COUNT: '5', UNIT: 'people' });
    expect(runtime.setting('EVENTS_TABLE')).toBe('events');
    expect(runtime.setting('MAX_RECEIVE_COUNT')).toBe(5);
    expect(runtime.setting('UNIT')).toBe('people');
  });

  test.each([{}, { EVENTS_TABLE: '' }, { EVENTS_TABLE: undefined }])(
    'that are not there (%j) are missed by who needs them, and by nobody else',
    (settings) => {
      const runtime = withSettings(settings);
      expect(thrownBy(() => runtime.setting('EVENTS_TABLE'))).toMatchObject({
        name: 'MissingSetting',
        message: 'the setting EVENTS_TABLE is not set',
      });
    },
  );

  test('that are wrong stop the function at its start, with all that is wrong', () => {
    const error = thrownBy(() =>
      withSettings({ MAX_RECEIVE_COUNT: '0', RETRY_BASE_SECONDS: 'soon', UNIT: 'x' }),
    );
    expect(error).toMatchObject({ name: 'InvalidSettings' });
    expect((error as Error).message).toMatch(/MAX_RECEIVE_COUNT: .*RETRY_BASE_SECONDS: .*UNIT: /);
  });

  test.each([
    ['MAX_RECEIVE_COUNT', '1', '1000', '1001'],
    ['RETRY_BASE_SECONDS', '0', '900', '901'],
    ['PROPAGATION_SECONDS', '0', '900', '901'],
  ] as const)('%s is a whole number from %s to %s', (name, least, most, above) => {
    for (const value of [least, most]) {
      expect(withSettings({ [name]: value }).setting(name)).toBe(Number(value));
    }
    for (const value of [above, '-1', '1.5', '1e2', ' 1']) {
      expect(() => withSettings({ [name]: value })).toThrow(name);
    }
  });
});

describe('The queues of the consumers', () => {
  const urls = { tally: { queue: 'q', deadLetters: 'd' } };

  test('are found by the name of the consumer; where there is none, those that there are are named', () => {
    const runtime = withSettings({ CONSUMER_QUEUES: JSON.stringify(urls) });
    expect(consumerQueues(runtime)).toEqual(urls);
    expect(queuesOf(runtime, 'tally')).toEqual(urls.tally);
    for (const name of ['mirror', 'toString']) {
      expect(() => queuesOf(runtime, name)).toThrow(`no consumer is called ${name}; there are tally`);
    }
  });

  test.each(['no JSON', '[]', '{"tally":{"queue":"q"}}'])('are no settings as %s', (text) => {
    expect(() => withSettings({ CONSUMER_QUEUES: text })).toThrow('CONSUMER_QUEUES');
  });
});

describe('A runtime', () => {
  test('has the clients that it is given; a call on another one names it', () => {
    const sns = { send: async () => ({}) } as unknown as Runtime['sns'];
    const runtime = createRuntime(counterApplication, { sns, settings: {} });
    expect(runtime.sns).toBe(sns);
    for (const name of ['dynamo', 'sqs'] as const) {
      const { send } = runtime[name] as { send(command: object): unknown };
      expect(thrownBy(() => send({}))).toMatchObject({
        name: 'MissingClient',
        message: expect.stringContaining(name),
      });
    }
  });

  test('makes its logger and its metrics once, on first use', () => {
    const runtime = withSettings({ AWS_REGION: 'eu-west-1' });
    expect(runtime.metrics).toBe(runtime.metrics);
    expect(runtime.logger).toBe(runtime.logger);
  });

  test('has the clock, the chance and the parts that it is given', () => {
    const logger = withSettings({}).logger;
    const runtime = createRuntime(counterApplication, {
      now: () => 5_000,
      random: () => 0.25,
      logger,
      settings: {},
    });
    expect([runtime.now(), runtime.random()]).toEqual([5_000, 0.25]);
    expect(timeOf(runtime.newId())).toBe(5_000);
    expect(runtime.logger).toBe(logger);
    expect(runtime.application).toBe(counterApplication);
  });

  test('redacts the streams of the domain’s personal aggregates', () => {
    const { redact } = withSettings({});
    expect(redact('keeper-ada@example.com')).toMatch(/^keeper-email-[0-9a-f]{12}$/);
    expect(redact('counter-ada@example.com')).toMatch(/^email-[0-9a-f]{12}$/);
  });
});
