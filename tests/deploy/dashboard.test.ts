import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { metricDefinitions } from '#kit/observability/metrics.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { type NamedMetric, neverWritten, partOf } from '#tests/support/cloudwatch.ts';
import { compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { type DashboardBody, dashboardBody } from '#tests/support/dashboard-schema.ts';
import { root } from '#tests/support/scripts.ts';
import { ofType } from '#tests/support/template-rules.ts';

const prod = {} as { template: Template };
beforeAll(async () => {
  prod.template = await stageTemplate('prod');
}, 60_000);

function bodyOf(template: Template): DashboardBody {
  const [, { DashboardBody: body }] = ofType<{ DashboardBody: { 'Fn::Sub': string } }>(
    template,
    'AWS::CloudWatch::Dashboard',
  )[0] ?? ['', { DashboardBody: { 'Fn::Sub': '' } }];
  return JSON.parse(body['Fn::Sub']);
}

const metricsOfDashboard = ({ widgets }: DashboardBody): NamedMetric[] =>
  widgets.flatMap((widget) => {
    if (widget.type !== 'metric') return [];
    return widget.properties.metrics.map((parts) => {
      const [namespace = '', name = '', ...pairs] = parts.slice(0, -1) as string[];
      const dimensions: Record<string, string> = {};
      for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at] ?? ''] = pairs[at + 1] ?? '';
      return { namespace, name, dimensions };
    });
  });

describe.each(['dev', 'prod'])('The dashboard of %s', (stage) => {
  const templateOf = async () => (stage === 'dev' ? compiledTemplate() : prod.template);

  test('is such as CloudWatch takes', async () => {
    const body = bodyOf(await templateOf());
    expect(dashboardBody.safeParse(body).error?.issues ?? []).toEqual([]);
    expect(body.widgets.length).toBeGreaterThan(30);
  });

  test('lays every widget within 24 columns, none over another', async () => {
    const taken = new Map<string, number>();
    const clashes: string[] = [];
    for (const [index, { x, y, width, height }] of bodyOf(await templateOf()).widgets.entries()) {
      if (x + width > 24) clashes.push(`widget ${index} ends at column ${x + width}`);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          const other = taken.get(`${column},${row}`);
          if (other !== undefined) clashes.push(`widgets ${other} and ${index} overlap at ${column},${row}`);
          taken.set(`${column},${row}`, index);
        }
      }
    }
    expect(clashes).toEqual([]);
  });

  test('shows the path from left to right', async () => {
    const { widgets } = bodyOf(await templateOf());
    const titles = widgets.flatMap((widget) => (widget.type === 'text' ? [widget] : []));
    expect(titles.sort((a, b) => a.x - b.x).map(({ properties }) => properties.markdown)).toEqual([
      '**API** →',
      '**Commands** →',
      '**Events table** →',
      '**Publisher** →',
      '**Topic** →',
      '**Queues** →',
      '**Consumers** →',
      '**Read model**',
    ]);
  });

  test('shows only metrics that are written, and all alarms', async () => {
    const template = await templateOf();
    const body = bodyOf(template);
    expect(metricsOfDashboard(body).flatMap((metric) => neverWritten(template, metric))).toEqual([]);
    const shown = body.widgets.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : []));
    const there = ofType(template, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(shown.map(partOf).sort()).toEqual(there.sort());
  });
});

test('Every metric of ours is written by our code and shown on the dashboard', async () => {
  const shown = new Set(metricsOfDashboard(bodyOf(prod.template)).map(({ name }) => name));
  const sources: string[] = [];
  for await (const file of glob('{functions,shared}/**/*.ts', { cwd: root })) {
    if (!file.endsWith('observability/metrics.ts')) sources.push(await readFile(join(root, file), 'utf8'));
  }
  const code = sources.join('\n');
  const names = Object.keys(metricDefinitions);
  expect(names.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
});

describe('The check of metrics', () => {
  const lambda = {
    namespace: 'AWS/Lambda',
    name: 'Errors',
    dimensions: { FunctionName: { Ref: 'SalesLambdaFunction' } },
  };
  const ours = {
    namespace: 'Orderstream',
    name: 'MessagesRetried',
    dimensions: { service: 'orderstream', stage: 'prod', consumer: 'sales' },
  };

  test('takes what is right', () => {
    expect([lambda, ours].flatMap((metric) => neverWritten(prod.template, metric))).toEqual([]);
  });

  test.each<[string, NamedMetric]>([
    ['a name that AWS does not write', { ...lambda, name: 'Error' }],
    ['a dimension too many', { ...lambda, dimensions: { ...lambda.dimensions, Stage: 'prod' } }],
    ['a resource of another kind', { ...lambda, dimensions: { FunctionName: { Ref: 'SalesQueue' } } }],
    [
      'a resource that is not there',
      { ...lambda, dimensions: { FunctionName: { Ref: 'SaleLambdaFunction' } } },
    ],
    ['a name that we do not write', { ...ours, name: 'MessagesRetrieds' }],
    ['a dimension too few', { ...ours, dimensions: { service: 'orderstream', stage: 'prod' } }],
    ['another stage', { ...ours, dimensions: { ...ours.dimensions, stage: 'dev' } }],
    ['a consumer that there is not', { ...ours, dimensions: { ...ours.dimensions, consumer: 'salez' } }],
  ])('refuses %s', (_, metric) => {
    expect(neverWritten(prod.template, metric)).toHaveLength(1);
  });
});
