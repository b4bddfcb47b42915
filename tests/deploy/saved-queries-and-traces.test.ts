import { beforeAll, describe, expect, test } from '@jest/globals';
import * as unreadableEvents from '#kit/events/unreadable-event.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { partOf } from '#tests/support/cloudwatch.ts';
import { compile, stageTemplate } from '#tests/support/compiled-template.ts';
import { ofType } from '#tests/support/template-rules.ts';

const prod = {} as { template: Template };
beforeAll(async () => {
  prod.template = await stageTemplate('prod');
}, 60_000);

describe('Saved queries', () => {
  test('search log groups of the stack', () => {
    const { template } = prod;
    const queries = ofType<{ LogGroupNames: unknown[] }>(template, 'AWS::Logs::QueryDefinition');
    expect(queries.length).toBeGreaterThanOrEqual(5);
    for (const [, { LogGroupNames }] of queries) {
      const types = LogGroupNames.map((group) => template.Resources[partOf(group) ?? '']?.Type);
      expect(types.length).toBeGreaterThan(0);
      expect(types.length).toBeLessThanOrEqual(50);
      expect(new Set(types)).toEqual(new Set(['AWS::Logs::LogGroup']));
    }
  });

  test('of poison messages know every error that makes one', () => {
    const { QueryString } = prod.template.Resources.APoisonMessageQuery?.Properties ?? {};
    // The two that others derive from are thrown by nobody.
    const abstract = ['UnreadableEvent', 'NewerEvent'];
    const kinds = Object.keys(unreadableEvents).filter((name) => !abstract.includes(name));
    expect(kinds.length).toBeGreaterThan(4);
    expect(kinds.filter((name) => !String(QueryString).includes(`"${name}"`))).toEqual([]);
  });

  test('of one correlation id search every function, and the log of the gateway', () => {
    const { template } = prod;
    const groups = Object.entries(template.Resources)
      .filter(([id]) => /^EverythingOfOneCorrelationIdQuery\d*$/.test(id))
      .flatMap(([, { Properties }]) => Properties?.LogGroupNames as unknown[]);
    expect(groups.map(partOf).sort()).toEqual(
      ofType(template, 'AWS::Logs::LogGroup')
        .map(([id]) => id)
        .sort(),
    );
  });
});

describe('Traces', () => {
  const traced = {} as { template: Template };
  beforeAll(async () => {
    const { template, remove } = await compile('prod', { TRACING: 'every-function' });
    await remove();
    traced.template = template;
  }, 60_000);
  const functionsIn = (template: Template) =>
    ofType<{ TracingConfig?: object; Role: unknown }>(template, 'AWS::Lambda::Function').map(
      ([, { TracingConfig, Role }]) => ({
        TracingConfig,
        role: JSON.stringify(template.Resources[partOf(Role) ?? '']),
      }),
    );

  test('are recorded nowhere by default, and no role may write them', () => {
    const { template } = prod;
    for (const { TracingConfig, role } of functionsIn(template)) {
      expect(TracingConfig).toBeUndefined();
      expect(role).not.toContain('xray:');
    }
    expect(template.Resources.EventsTopic?.Properties?.TracingConfig).toBe('PassThrough');
    expect(ofType(template, 'AWS::XRay::ResourcePolicy')).toEqual([]);
  });

  test('begin in every function where a stage wants them, and its role may write them', () => {
    for (const { TracingConfig, role } of functionsIn(traced.template)) {
      expect(TracingConfig).toEqual({ Mode: 'Active' });
      expect(role).toContain('xray:PutTraceSegments');
    }
  });

  test('go on through the topic, which X-Ray lets write', () => {
    const { template } = traced;
    expect(template.Resources.EventsTopic?.Properties?.TracingConfig).toBe('Active');
    const policy = template.Resources.TopicTracing?.Properties?.PolicyDocument as { 'Fn::Sub': string };
    const { Statement } = JSON.parse(policy['Fn::Sub']);
    expect(Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '$' + '{AWS::AccountId}' },
          StringLike: { 'aws:SourceArn': '$' + '{EventsTopic}' },
        },
      }),
    ]);
  });
});
