import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { auditedTypes } from '#functions/operations/audit/delivery-checks.ts';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import { auditKey } from '#kit/projections/keys.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { orderLife } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';
import { type Auditing, DAY, HOUR, MINUTE, placesOf, startAuditing } from './auditing.ts';

let auditing: Auditing;
beforeEach(async () => {
  auditing = await startAuditing();
});
afterEach(() => auditing.the.data.stop());

const created = orderLife('ada').slice(0, 1);

/** Runs five minutes apart, as the schedule makes them; `each` sees what every one answers. */
async function runs(
  count: number,
  each: (answer: ScheduledAudit) => void = () => {},
  apart: number = 5 * MINUTE,
) {
  for (let run = 0; run < count; run++) {
    auditing.now += apart;
    each(await auditing.run());
  }
}

const deliverAll = (events: readonly DomainEvent[]) =>
  auditing.arrive(
    [...new Map(events.map((event) => [event.eventId, event])).values()],
    'order-view',
    'sales',
    'notifications',
  );

/** One of the three that lack what nobody was sent: OrderCreated is for order-view, sales and notifications. */
const sentToSales = (): DomainEvent[] =>
  auditing.sent.filter(({ queue }) => queue === 'sales').map(({ event }) => event);

describe('A run', () => {
  test('with nothing behind sends nothing; the lag is 0', async () => {
    await deliverAll(await auditing.append(10 * MINUTE, 'order-1', created));
    const answer = await auditing.run();
    expect(answer).toMatchObject({ events: 1, streams: 1, behind: [], redelivered: 0 });
    expect(answer.auditedTo).toEqual({
      first: '2026-06-15T11:55:00.000Z',
      second: '2026-06-14T12:00:00.000Z',
    });
    const ofProjections = application.projections.flatMap((name) => [
      [`ProjectionLagSeconds ${name}`, 0],
      [`StreamsBehind ${name}`, 0],
    ]);
    expect(auditing.metrics).toEqual({
      ...Object.fromEntries(ofProjections),
      EventsMissing: 0,
      StreamsAudited: 1,
      EventsRedelivered: 0,
    });
  });

  test('sends what is behind, and says since when, until it has arrived', async () => {
    const order = await auditing.append(HOUR, 'order-1', created);
    expect(await auditing.run()).toMatchObject({ behind: [{ streamId: 'order-1' }], redelivered: 3 });
    expect(auditing.metrics).toMatchObject({
      'ProjectionLagSeconds order-view': 3_600,
      'ProjectionLagSeconds stock-view': 0,
      'StreamsBehind order-view': 1,
      EventsMissing: 1,
      EventsRedelivered: 3,
    });
    await runs(1);
    expect(auditing.metrics).toMatchObject({
      'ProjectionLagSeconds order-view': 3_900,
      EventsRedelivered: 0,
    });
    expect(sentToSales()).toHaveLength(1);
    await deliverAll(order);
    await runs(1);
    expect(auditing.metrics).toMatchObject({ 'ProjectionLagSeconds order-view': 0, EventsMissing: 0 });
  });

  test('where nothing happened takes a get, a put, and the queries', async () => {
    await auditing.run();
    auditing.now += 5 * MINUTE;
    const { counts, dynamo } = watched(auditing.the.data.dynamo);
    await auditing.run({ dynamo });
    // One of them asks for what the first pass noted of the second one's window.
    expect(counts).toEqual({ GetCommand: 1, PutCommand: 1, QueryCommand: 1 + 2 * auditedTypes.length * 4 });
  });
});

describe('Every event is looked at once it is old enough, and once more a day later', () => {
  test('also at the edges of two runs, and over the end of a day', async () => {
    auditing.now = Date.UTC(2026, 5, 15, 23, 50);
    await auditing.run();
    const end = auditing.now - 5 * MINUTE;
    // One ms before what the run has seen ends, and right where it ended: the first is seen, the other is the next run's.
    const at = (ms: number) => auditing.now - ms;
    await auditing.append(at(end), 'order-edge', created);
    await auditing.append(at(Date.UTC(2026, 5, 16) - 1), 'order-before', created);
    await auditing.append(at(Date.UTC(2026, 5, 16)), 'order-midnight', created);
    const seen: number[] = [];
    await runs(4, ({ events }) => seen.push(events));
    expect(seen).toEqual([1, 0, 1, 1]);
    const places = new Set(placesOf(sentToSales()));
    expect([...places]).toEqual(['order-before@1', 'order-edge@1', 'order-midnight@1']);
    await deliverAll(sentToSales());
    auditing.now += DAY - HOUR;
    expect(await auditing.run()).toMatchObject({ events: 0 });
    auditing.now += HOUR;
    expect(await auditing.run()).toMatchObject({ events: 3, behind: [] });
  });

  test('what a slow clock, or a slow index, brought too late is found a day later', async () => {
    await auditing.run();
    await runs(2);
    await auditing.append(2 * HOUR, 'order-late', created);
    await runs(2);
    expect(sentToSales()).toEqual([]);
    auditing.now += DAY;
    expect(await auditing.run()).toMatchObject({ redelivered: 3 });
    expect(placesOf(sentToSales())).toEqual(['order-late@1']);
  });

  test('what a clock that runs ahead has written is looked at when its time has come', async () => {
    await auditing.append(-2 * HOUR, 'order-future', created);
    await runs(3);
    expect(sentToSales()).toEqual([]);
    auditing.now += 2 * HOUR;
    expect(await auditing.run()).toMatchObject({ redelivered: 3 });
  });

  test('however long no run could be made', async () => {
    await auditing.run();
    await auditing.append(-HOUR, 'order-first', created);
    await auditing.append(-50 * HOUR, 'order-last', created);
    auditing.now += 3 * DAY;
    await auditing.run();
    expect(placesOf(sentToSales())).toEqual(['order-first@1', 'order-last@1']);
  });
});

test('What is too much for one run is the next ones’, each event once', async () => {
  await auditing.run();
  await Promise.all(
    Array.from({ length: 250 }, (_, index) => auditing.append(-index, `order-${index}`, created)),
  );
  auditing.now += HOUR;
  let ms = auditing.now;
  // Each reading of the clock is 15 s later than the one before: time for two pages or so.
  const now = () => {
    ms += 15_000;
    return ms;
  };
  const seen: number[] = [];
  const sum = () => seen.reduce((total, events) => total + events, 0);
  while (sum() < 250 && seen.length < 40) seen.push((await auditing.run({ now })).events);
  expect(sum()).toBe(250);
  expect(seen.length).toBeGreaterThan(2);
  const places = placesOf(sentToSales());
  expect(new Set(places).size).toBe(250);
  // 200 are watched and may have been due again meanwhile; nothing else goes out twice.
  expect(places.length).toBeLessThanOrEqual(250 + 2 * 200);
});

test('What never arrives goes out a bounded number of times, and is named all the while', async () => {
  const order = await auditing.append(HOUR, 'order-poison', created);
  const named: string[][] = [];
  const note = ({ behind }: ScheduledAudit) => named.push(placesOf(behind));
  await runs(8, note, 20 * MINUTE);
  expect(named).toEqual(Array.from({ length: 8 }, () => ['order-poison@1']));
  expect(sentToSales()).toHaveLength(3);
  auditing.now += DAY;
  await runs(2);
  expect(sentToSales()).toHaveLength(3);
  expect(auditing.metrics).toMatchObject({ 'StreamsBehind order-view': 1 });
  await deliverAll(order);
  await runs(1, ({ behind }) => expect(behind).toEqual([]));
});

test('What nobody has mended for a month is no longer watched', async () => {
  await auditing.append(HOUR, 'order-poison', created);
  await auditing.run();
  // As if the audit had kept up meanwhile.
  const TableName = auditing.the.data.runtime().setting('READ_MODEL_TABLE');
  auditing.now += 30 * DAY;
  await auditing.the.data.dynamo.send(
    new UpdateCommand({
      TableName,
      Key: auditKey,
      UpdateExpression: 'SET looks = :looks',
      ExpressionAttributeValues: {
        ':looks': { soon: { auditedTo: auditing.now }, later: { auditedTo: auditing.now - DAY } },
      },
    }),
  );
  expect(await auditing.run()).toMatchObject({ events: 0, behind: [] });
});

test('Killed at any call and run again: everything has been sent, and arrives', async () => {
  const { dynamo } = auditing.the.data;
  let round = 0;
  const calls = await killedAtEveryCall(dynamo, async (dying) => {
    // A walk is all queries: being killed at one is being killed before what comes next.
    let dead = false;
    const send = async (command: object) => {
      if (command.constructor.name === 'QueryCommand' && !dead) return dynamo.send(command as never);
      return dying.send(command as never).catch((error: Error) => {
        dead = true;
        throw error;
      });
    };
    const killed = { send } as unknown as typeof dynamo;
    auditing.now += 2 * HOUR;
    auditing.clear();
    const orders = [`order-a${++round}`, `order-b${round}`];
    for (const streamId of orders) await auditing.append(10 * MINUTE, streamId, created);
    await auditing.run({ dynamo: killed }).catch(() => undefined);
    auditing.now += 5 * MINUTE;
    const { behind } = await auditing.run();
    expect(placesOf(behind)).toEqual(placesOf(orders.map((streamId) => ({ streamId, version: 1 }))));
    // At the most once more by the run that found it done half.
    const places = placesOf(sentToSales());
    expect(new Set(places).size).toBe(2);
    expect(places.length).toBeLessThanOrEqual(4);
    await deliverAll(sentToSales());
    auditing.now += 5 * MINUTE;
    expect(await auditing.run()).toMatchObject({ behind: [], redelivered: 0 });
  });
  expect(calls).toBeGreaterThan(5);
}, 150_000);

test('Where the queues take nothing, what is missing is sent again a quarter of an hour later', async () => {
  await auditing.append(HOUR, 'order-1', created);
  const sqs = { send: () => Promise.reject(new Error('throttled')) } as never;
  expect(await auditing.run({ sqs })).toMatchObject({ redelivered: 0, behind: [{ streamId: 'order-1' }] });
  await runs(2);
  expect(sentToSales()).toEqual([]);
  await runs(1);
  expect(placesOf(sentToSales())).toEqual(['order-1@1']);
});

test('Of two runs at the same time one stops, and what both found is watched once', async () => {
  await auditing.append(HOUR, 'order-1', created);
  const both = await Promise.all([auditing.run(), auditing.run()]);
  expect(both.filter(({ overtaken }) => overtaken)).toHaveLength(1);
  await runs(1, ({ behind }) => expect(placesOf(behind)).toEqual(['order-1@1']));
});

test('No more than two hundred are watched; the rest goes out once, and once more a day later', async () => {
  await Promise.all(
    Array.from({ length: 210 }, (_, index) => auditing.append(HOUR + index, `order-${index}`, created)),
  );
  const first = await auditing.run();
  expect([first.behind.length, sentToSales().length]).toEqual([210, 210]);
  await runs(1, ({ behind }) => expect(behind).toHaveLength(200));
  auditing.now += DAY;
  await runs(1, ({ behind }) => expect(behind).toHaveLength(210));
  expect(sentToSales()).toHaveLength(210 + 200 + 10);
});
