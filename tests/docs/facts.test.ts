import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { application } from '#application';
import { metricDefinitions } from '#kit/observability/metrics.ts';
import { graphOf } from '#resources/console/server/graph.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { root } from '#tests/support/scripts.ts';
import { ofType, routes } from '#tests/support/template-rules.ts';
import { type Document, documentAt, tableRows } from './documents.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A page's text from a heading to the next one of the same rank, parsed again. */
function sectionOf(document: Document, heading: string): Document {
  const [, after = ''] = document.prose.split(`\n## ${heading}\n`);
  return { ...document, prose: after.split(/\n## /)[0] ?? '' };
}

const firstCells = (document: Document): string[] =>
  tableRows(document)
    .slice(1)
    .map(([cell = '']) => cell);

const deployed = {} as {
  consumers: string[];
  /** The consumers that the topic sends to. */
  subscribed: string[];
  /** Those of them that may append to the events table. */
  commanding: string[];
  routeKeys: string[];
};
beforeAll(async () => {
  const template = await compiledTemplate();
  const functions = ofType<{ Environment: { Variables: { CONSUMER?: string } } }>(
    template,
    'AWS::Lambda::Function',
  );
  deployed.consumers = functions
    .flatMap(([, { Environment }]) => Environment.Variables.CONSUMER ?? [])
    .sort();
  const subscriptions = new Set(ofType(template, 'AWS::SNS::Subscription').map(([id]) => id.toLowerCase()));
  deployed.subscribed = deployed.consumers.filter((name) =>
    subscriptions.has(`${name.replaceAll('-', '')}subscription`),
  );
  const { nodes, edges } = graphOf(template, { prefix: 'orderstream-dev-', projections: [] });
  deployed.commanding = edges
    .filter(({ kind }) => kind === 'commands')
    .map(({ from }) => nodes.find(({ id }) => id === from)?.label ?? from)
    .filter((name) => deployed.subscribed.includes(name))
    .sort();
  deployed.routeKeys = routes(template).map(([, { RouteKey }]) => RouteKey);
});

describe('The documentation says what the code says', () => {
  test('of the consumers that there are', () => {
    expect(firstCells(sectionOf(documentAt('docs/architecture.md'), 'Consumers')).sort()).toEqual(
      deployed.consumers,
    );
  });

  test('of the event types that there are', () => {
    const rows = tableRows(sectionOf(documentAt('docs/architecture.md'), 'Aggregates and events')).slice(1);
    const named = rows.flatMap(([, , events = '']) => events.split(', '));
    expect(named.sort()).toEqual([...application.registry.eventTypes].sort());
  });

  test('of the routes that there are', () => {
    const api = documentAt('docs/api.md');
    const cells = [
      ...firstCells(sectionOf(api, 'Queries')),
      ...tableRows(sectionOf(api, 'Commands')).map(([cell = '']) => cell),
    ];
    const named = cells.flatMap((cell) =>
      [...cell.matchAll(/(?:GET|POST|PATCH|PUT|DELETE) \/[\w/{}.-]*/g)].map(([route]) => route),
    );
    const plain = (route: string) => route.replace(/\{\w+\}/g, '{}');
    expect([...new Set(named.map(plain))].sort()).toEqual(deployed.routeKeys.map(plain).sort());
  });

  test('of the metrics that there are', () => {
    const named = firstCells(sectionOf(documentAt('docs/observability.md'), 'Metrics')).flatMap((cell) =>
      cell.split(', '),
    );
    expect(named.sort()).toEqual(Object.keys(metricDefinitions).sort());
  });

  test.each([
    ['README.md', 'functions/consumers/customs/consumer.yml'],
    ['docs/security.md', 'functions/commands/place-order/function.yml'],
  ])('of the YAML that %s shows: it is the beginning of %s', (path, file) => {
    const block = documentAt(path).blocks.find(({ language }) => language === 'yaml');
    expect(block?.lines.length).toBeGreaterThan(2);
    expect(read(file).split('\n').slice(0, block?.lines.length)).toEqual(block?.lines);
  });

  test('of the Node that is needed', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(documentAt('README.md').prose).toContain(`Node.js ${engines.node.replace('>=', '')} or newer`);
  });
});

describe('Costs', () => {
  const costs = documentAt('docs/costs.md');
  const amounts = (cells: readonly string[]) => cells.map((cell) => Number(cell.replaceAll('*', '')));
  const sum = (numbers: readonly number[]) => Number(numbers.reduce((all, one) => all + one, 0).toFixed(2));

  test('of a million orders add up to their total, which the summary rounds', () => {
    const rows = tableRows(sectionOf(costs, 'A million orders')).slice(1);
    for (const [column, name] of [
      [1, 'under load'],
      [2, 'at a trickle'],
    ] as const) {
      const numbers = amounts(rows.map((row) => row[column] ?? ''));
      expect(sum(numbers.slice(0, -1))).toBe(numbers.at(-1));
      const summary = tableRows(costs).find(([what = '']) => what.includes(name));
      expect(summary?.[1]).toBe(`**${Math.round(numbers.at(-1) ?? 0)}**`);
    }
  });

  test('of an idle month add up to the totals, which the summary rounds', () => {
    const section = sectionOf(costs, 'An idle month');
    const rows = tableRows(section).slice(1);
    for (const stage of ['dev', 'staging', 'prod']) {
      const parts = rows.filter(
        ([, , where = '']) => where === 'every stage' || where.split(', ').includes(stage),
      );
      const total = sum(amounts(parts.map(([, amount = '']) => amount)));
      expect(section.prose).toContain(`${total} in ${stage}`);
      const summary = tableRows(costs).find(([what = '']) => what.includes(`idle month, ${stage}`));
      expect(summary?.[1]).toBe(`**${Math.round(total)}**`);
    }
  });
});

describe('Decisions', () => {
  test('are numbered without a gap, have a date, and are all in the index', () => {
    const index = tableRows(documentAt('docs/decisions/README.md')).slice(1);
    expect(index.length).toBeGreaterThan(50);
    index.forEach(([link = '', date = '', title = ''], position) => {
      const number = String(position + 1).padStart(4, '0');
      const [, file = ''] = /\]\((.+)\)$/.exec(link) ?? [];
      expect(file.startsWith(`${number}-`)).toBe(true);
      const { lines, prose } = documentAt(`docs/decisions/${file}`);
      expect(lines.slice(0, 3)).toEqual([`# ${number} · ${title}`, '', date]);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(prose).toContain('\n## Decision\n');
      expect(prose).toContain('\n## Why\n');
    });
  });
});

describe('Pictures', () => {
  const picture = (name: string) => read(`docs/images/${name}.svg`);
  const withoutStyle = (svg: string) => svg.replace(/<style>.*<\/style>/s, '');

  test.each(['path', 'path-narrow'])('of %s differ in their colours only', (name) => {
    expect(withoutStyle(picture(`${name}-light`))).toBe(withoutStyle(picture(`${name}-dark`)));
    expect(picture(`${name}-light`)).not.toBe(picture(`${name}-dark`));
  });

  test.each(['path-light', 'path-narrow-light', 'demo'])('%s shows every consumer of the topic', (name) => {
    const svg = picture(name);
    expect(deployed.subscribed.length).toBeGreaterThan(5);
    expect(deployed.subscribed.filter((consumer) => !svg.includes(`>${consumer}<`))).toEqual([]);
  });

  test.each(['path-light', 'path-narrow-light'])('%s shows which consumers send commands', (name) => {
    const svg = picture(name);
    const marked = [...svg.matchAll(/class="small"[^>]*>([\w-]+)<(?:(?!class="small").)*?>→ commands</gs)];
    expect(marked.map(([, consumer]) => consumer).sort()).toEqual(deployed.commanding);
    const [, said = ''] = /send commands back to the events table: ([^.]+)\./.exec(svg) ?? [];
    expect(said.split(/, | and /).sort()).toEqual(deployed.commanding);
  });

  test.each(['path-light', 'path-narrow-light', 'demo', 'run'])('%s says in words what it shows', (name) => {
    expect(picture(name)).toMatch(/<title id="title">.+<\/title>\s+<desc id="desc">.+<\/desc>/);
  });
});
