import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { stageTemplate } from '#tests/support/compiled-template.ts';
import { ofType } from '#tests/support/template-rules.ts';
import { type Document, documentAt, documents } from './documents.ts';

const ALARMS = 'docs/operations/alarms/';
const RUNBOOK = 'docs/operations/';

/** Finds one request. No alarm leads to it. */
const SEARCH_BY_ID = 'Everything of one correlation id';

const alarmPages = documents.filter(({ path }) => path.startsWith(ALARMS));
const titleOf = ({ lines }: Document) => (lines[0] ?? '').replace(/^# /, '');

interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
}

const prod = {} as { template: Template; prefix: string; alarms: Alarm[]; queries: string[] };
beforeAll(async () => {
  const template = await stageTemplate('prod');
  const properties = <T>(type: string) => ofType(template, type).map(([, resource]) => resource as T);
  const queries = properties<{ Name: string }>('AWS::Logs::QueryDefinition').map(({ Name }) =>
    Name.split('/'),
  );
  const [[prefix = ''] = []] = queries;
  Object.assign(prod, {
    template,
    prefix: `${prefix}-`,
    alarms: properties<Alarm>('AWS::CloudWatch::Alarm'),
    // One that is several has a number after its name.
    queries: [...new Set(queries.map(([, title = '']) => title.replace(/ \(\d+\)$/, '')))],
  });
}, 60_000);

/** The page whose name the alarm's name ends in, behind the name of the stack; the longest where several do. */
function pageOf({ AlarmName }: Alarm): Document | undefined {
  const name = AlarmName.slice(prod.prefix.length);
  return alarmPages
    .filter(({ path }) => `-${name}`.endsWith(`-${basename(path, '.md')}`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** The titles behind "See:" in an alarm's description. */
const entriesOf = ({ AlarmDescription }: Alarm): string[] =>
  (/See: (.*)\.$/.exec(AlarmDescription)?.[1] ?? '').split('; ').filter(Boolean);

const runbookPage = (title: string): string => `${RUNBOOK}${title.toLowerCase().replaceAll(' ', '-')}.md`;

describe('Every alarm of prod', () => {
  test('has a page that is found by its name', () => {
    expect(prod.alarms.length).toBeGreaterThan(20);
    expect(prod.alarms.filter((alarm) => !pageOf(alarm)).map(({ AlarmName }) => AlarmName)).toEqual([]);
  });

  test('is listed with its page in the index of operations', () => {
    const { prose } = documentAt(`${RUNBOOK}README.md`);
    const unlisted = alarmPages.filter(({ path }) => {
      const name = basename(path, '.md');
      return !prose.includes(`| \`-${name}\` | [`) || !prose.includes(`(alarms/${name}.md)`);
    });
    expect(unlisted.map(({ path }) => path)).toEqual([]);
  });

  test('is listed with its page and its limit in the page on observability', () => {
    const { prose } = documentAt('docs/observability.md');
    const unlisted = alarmPages.filter(
      ({ path }) => !prose.includes(`](operations/alarms/${basename(path)})`),
    );
    expect(unlisted.map(({ path }) => path)).toEqual([]);
  });

  test('leads over its page to every entry of the runbook that its description names', () => {
    const missing = prod.alarms.flatMap((alarm) => {
      const page = pageOf(alarm);
      return entriesOf(alarm)
        .filter((entry) =>
          entry === 'its log group'
            ? !page?.prose.includes('log group')
            : !page?.prose.includes(`](../${basename(runbookPage(entry))})`),
        )
        .map((entry) => `${page?.path} does not lead to "${entry}", which ${alarm.AlarmName} names`);
    });
    expect([...new Set(missing)]).toEqual([]);
    expect(new Set(prod.alarms.flatMap(entriesOf)).size).toBeGreaterThan(3);
  });

  test('has a page that says what it means and which steps come first', () => {
    for (const { path, prose } of alarmPages) {
      expect({
        path,
        parts: [...prose.matchAll(/^\*\*(Meaning|First steps)\.\*\*/gm)].map(([, part]) => part),
      }).toEqual({
        path,
        parts: ['Meaning', 'First steps'],
      });
    }
  });

  test('is there: no page is about an alarm that does not exist', () => {
    const used = new Set(prod.alarms.map((alarm) => pageOf(alarm)?.path));
    expect(alarmPages.map(({ path }) => path).filter((path) => !used.has(path))).toEqual([]);
  });
});

describe('The runbook', () => {
  test('has a page with the title of every saved query', () => {
    const titles = prod.queries.filter((title) => title !== SEARCH_BY_ID);
    expect(titles.length).toBeGreaterThanOrEqual(6);
    expect(titles.map((title) => titleOf(documentAt(runbookPage(title))))).toEqual(titles);
  });

  test('has a saved query with the title of every page', () => {
    const { prose } = documentAt(`${RUNBOOK}README.md`);
    const [, list = ''] = prose.split('## Runbook');
    const listed = [...list.matchAll(/^- \[(.+)\]\((.+)\)$/gm)].map(([, title = '', file]) => [
      title,
      `${RUNBOOK}${file}`,
    ]);
    expect(listed).toEqual(listed.map(([title = '']) => [title, runbookPage(title)]));
    expect(listed.map(([title = '']) => title).sort()).toEqual(
      prod.queries.filter((title) => title !== SEARCH_BY_ID).sort(),
    );
    expect(prod.queries).toContain(SEARCH_BY_ID);
    expect(prose).toContain(`*${SEARCH_BY_ID}*`);
  });

  test('names no saved query that is not there', () => {
    const named = documents
      .filter(({ path }) => path.startsWith(RUNBOOK))
      .flatMap(({ prose }) => [...prose.matchAll(/saved\s+query\s+\*([^*]+)\*/g)].map(([, title]) => title));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((title) => !prod.queries.includes(String(title).replace(/\s+/g, ' ')))).toEqual([]);
  });
});
