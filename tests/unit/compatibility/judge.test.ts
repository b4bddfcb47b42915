import { describe, expect, test } from '@jest/globals';
import { widthOf } from '#resources/cli/text.ts';
import type { AcceptedBreak } from '#resources/compatibility/accepted-breaks.ts';
import type { Contract } from '#resources/compatibility/contract.ts';
import { covers, judge } from '#resources/compatibility/judge.ts';
import { reportOf } from '#resources/compatibility/report.ts';
import { contract, message } from './documents.ts';

const whole = { type: 'object', properties: { limit: { type: 'integer' } }, required: ['limit'] };
const text = { type: 'object', properties: { limit: { type: 'string' } }, required: ['limit'] };

const read = (event: unknown) => event;
const released = contract({ data: whole, request: whole });
const withVersion2 = (data: object, request = whole): Contract =>
  contract({ data: whole, request }, ({ asyncApi }) => {
    (asyncApi.components as { messages: object }).messages = {
      CounterStartedV1: message(whole),
      CounterStartedV2: message(data as never),
    };
  });

const entry = (change: Partial<AcceptedBreak> = {}): AcceptedBreak => ({
  break: 'POST /counters: request.limit',
  reason: 'Limits are texts now, since some have none.',
  since: '1.1.0',
  date: '2026-11-28',
  ...change,
});

const places = (found: readonly { at: string }[]) => found.map(({ at }) => at);

describe('A break of the API', () => {
  const today = contract({ data: whole, request: text });

  test('fails', () => {
    const { failures, wrongEntries } = judge(today, { released, main: released }, [], read);
    expect(places(failures)).toEqual(['POST /counters: request.limit']);
    expect(failures[0]).toMatchObject({
      since: '1.0.0',
      hurts: ['clients of POST /counters (start-counter)'],
    });
    expect(wrongEntries).toEqual([]);
  });

  test('passes with its entry, or with one of what it lies in', () => {
    for (const accepted of [
      entry(),
      entry({ break: 'POST /counters: request' }),
      entry({ break: 'POST /counters' }),
    ]) {
      const { failures, accepted: passed, wrongEntries } = judge(today, { released }, [accepted], read);
      expect([failures, wrongEntries]).toEqual([[], []]);
      expect(places(passed)).toEqual(['POST /counters: request.limit']);
    }
  });

  test.each([
    ['an entry of something else', { break: 'POST /counters: request.lim' }, /nothing breaks there/],
    ['a date that is none', { date: '28.11.2026' }, /is no date/],
    ['a reason that says nothing', { reason: 'because' }, /says too little/],
    ['an entry of the release that was', { since: '1.0.0' }, /no later one than 1\.0\.0/],
  ])('with %s the list is wrong', (_, change, why) => {
    const { wrongEntries } = judge(today, { released }, [entry(change)], read);
    expect(wrongEntries).toEqual([{ entry: entry(change), why: expect.stringMatching(why) }]);
  });

  test('that no release has is a note', () => {
    const main = contract({ data: whole, request: text });
    const { failures, notes } = judge(released, { released, main }, [], read);
    expect(failures).toEqual([]);
    expect(places(notes)).toEqual(['POST /counters: request.limit']);
  });
});

test('an entry that nothing needs any more fails', () => {
  const { wrongEntries } = judge(released, { released, main: released }, [entry()], read);
  expect(wrongEntries).toEqual([{ entry: entry(), why: 'nothing breaks there: take the entry out' }]);
});

describe('A break of an event', () => {
  test('of a release never passes', () => {
    const accepted = entry({ break: 'CounterStarted v1' });
    const { failures, wrongEntries } = judge(
      contract({ data: text, request: whole }),
      { released },
      [accepted],
      read,
    );
    expect(new Set(places(failures))).toEqual(new Set(['CounterStarted v1: data.limit']));
    expect(wrongEntries).toEqual([{ entry: accepted, why: expect.stringMatching(/never accepted/) }]);
  });

  test('that main alone has fails without an entry, since stages may hold such events', () => {
    const main = withVersion2(text);
    const today = withVersion2({ type: 'object' });
    const baselines = { released, main };
    const accepted = entry({ break: 'CounterStarted v2' });
    expect(places(judge(today, baselines, [], read).failures)).toContain('CounterStarted v2: data.limit');
    expect(judge(today, baselines, [accepted], read)).toMatchObject({ failures: [], wrongEntries: [] });
    // The entry stays right when it has landed on main, until a release has the version.
    expect(judge(today, { released, main: today }, [accepted], read).wrongEntries).toEqual([]);
    expect(judge(today, { released: today, main: today }, [accepted], read).wrongEntries).toHaveLength(1);
  });

  test('of the envelope never passes', () => {
    const today = contract({ data: whole, request: whole }, ({ asyncApi }) => {
      const { schemas } = asyncApi.components as { schemas: Record<string, { required: string[] }> };
      schemas.EventMetadata?.required.push('traceId');
    });
    const { failures } = judge(today, { released }, [entry({ break: 'every event' })], read);
    expect(places(failures)).toEqual(['every event: metadata.traceId']);
  });
});

test('without anything to compare with, nothing fails', () => {
  expect(judge(released, {}, [], read)).toEqual({ failures: [], accepted: [], wrongEntries: [], notes: [] });
});

test.each([
  ['POST /orders: request', 'POST /orders: request.items[].name', true],
  ['POST /orders', 'POST /orders: request.items[].name', true],
  ['POST /orders: request.items', 'POST /orders: request.items[].name', true],
  ['POST /orders: request.item', 'POST /orders: request.items[].name', false],
  ['POST /orders', 'POST /orders/{orderId}/ship: request', false],
  ['OrderCreated v3', 'OrderCreated v31: data', false],
])('%s, of %s: %s', (accepted, at, expected) => {
  expect(covers(entry({ break: accepted }), { at })).toBe(expected);
});

test('the report names the change, whom it hurts and what to do, in lines of at most 100 columns', () => {
  const today = contract({ data: text, request: text, response: whole });
  const lines = reportOf(judge(today, { released }, [], read), '1.1.0');
  const report = lines.join('\n');
  for (const part of [
    'BREAKS  CounterStarted v1: data.limit',
    "Today's code, of what is stored: takes a string, but an integer may come",
    'hurts:  tally, every function that loads counter streams',
    'raise `schemaVersion`',
    "break: 'POST /counters: request.limit'",
    "since: '1.1.0'",
  ]) {
    expect(report).toContain(part);
  }
  expect(report).not.toContain("break: 'CounterStarted");
  expect(lines.filter((line) => widthOf(line) > 100)).toEqual([]);
});
