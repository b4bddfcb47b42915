import { beforeEach, describe, expect, test } from '@jest/globals';
import { laneName, lanesOf, partsFor } from '#functions/operations/audit/lane-span.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { AuditWorld, type AuditWorldClients } from '#tests/support/audit-world.ts';
import { killedAtEveryCallOf } from '#tests/support/killed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: AuditWorld;
beforeEach(async () => {
  world = new AuditWorld();
});

const names = (count: number, prefix = 'c') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const sent = () => [...world.sent].sort();
const lost = (events: readonly StoredEvent[]) =>
  events.map(({ streamId, version }) => `order-view ${streamId}@${version}`).sort();

/** Runs five minutes apart, and between them the steps that they send, until the first pass has come this far. */
async function auditTo(until: number, inline?: number) {
  for (let run = 0; run < 50; run++) {
    const answer = await world.run(inline);
    await world.drain();
    if (Date.parse(answer.auditedTo.first) >= until) return answer;
    world.now += 5 * MINUTE;
  }
  throw new Error('the audit does not come on');
}

describe('A window with more events of a type than a run checks by itself', () => {
  test('is checked by lanes; each event once, and what is missing goes out once', async () => {
    const events = await world.register(HOUR, names(60));
    await world.arrive(events.filter((_, index) => index % 7 > 0));
    const answer = await world.run(20);
    expect(answer.events).toBe(0);
    expect(Date.parse(answer.auditedTo.first)).toBeLessThan(world.now - HOUR);
    expect(world.steps.length).toBeGreaterThan(0);
    await world.drain();
    world.now += 5 * MINUTE;
    const { events: checked, behind } = await auditTo(world.now - 5 * MINUTE, 20);
    expect(checked).toBe(60);
    expect(lost(behind as never)).toEqual(lost(events.filter((_, index) => index % 7 === 0)));
    expect(sent()).toEqual(lost(events.filter((_, index) => index % 7 === 0)));
  });

  test('is where the pass waits until all of its lanes have ended; nothing after it is forgotten', async () => {
    await world.register(HOUR, names(60));
    const late = await world.register(10 * MINUTE, ['late']);
    await world.run(20);
    const [first, ...others] = world.steps.splice(0);
    if (!first) throw new Error('no step');
    for (const step of others) expect(await world.deliver(step)).toBe(true);
    world.now += 5 * MINUTE;
    const waiting = await world.run(20);
    expect(Date.parse(waiting.auditedTo.first)).toBeLessThan(world.now - HOUR);
    expect(await world.deliver(first)).toBe(true);
    world.now += 5 * MINUTE;
    await auditTo(world.now - 5 * MINUTE, 20);
    expect(sent()).toHaveLength(61);
    expect(sent()).toContain(lost(late)[0]);
  });

  test('comes to the same as one that the run checks itself', async () => {
    const events = await world.register(2 * HOUR, names(50));
    await world.arrive(events.slice(0, 33));
    await auditTo(world.now - 5 * MINUTE, 10);
    const divided = sent();
    const whole = new AuditWorld();
    await whole.store(events);
    await whole.arrive(events.slice(0, 33));
    await whole.run();
    expect(divided).toEqual([...whole.sent].sort());
  });
});

describe('A step', () => {
  test('that comes twice, early or late, changes nothing', async () => {
    await world.register(HOUR, names(30));
    await world.run(5);
    const steps = [...world.steps];
    await world.drain();
    const before = sent();
    for (const step of steps) expect(await world.deliver({ ...step, receiveCount: 0 })).toBe(true);
    expect(world.steps).toEqual([]);
    expect(sent()).toEqual(before);
    const [any] = steps;
    if (!any) throw new Error('no step');
    const ahead = { ...JSON.parse(any.body), number: 7 };
    expect(await world.deliver({ ...any, body: JSON.stringify(ahead), receiveCount: 0 })).toBe(true);
    expect(world.steps).toEqual([]);
  });

  test('ends after some seconds, in the middle of a page where much is missing, and the next one goes on there', async () => {
    const events = await world.register(2 * HOUR, names(90));
    await world.run(5);
    expect(world.steps).toHaveLength(4);
    // Each reading of the clock is later than the one before.
    world.tickMs = 3_000;
    expect(await world.drain()).toBeGreaterThan(8);
    expect(sent()).toEqual(lost(events));
  });

  test('that is no step is poison', async () => {
    await world.register(HOUR, names(30));
    await world.run(5);
    const [any] = world.steps.splice(0);
    if (!any) throw new Error('no step');
    const dead: object[] = [];
    const sqs = { send: async (command: object) => void dead.push(command) };
    expect(await world.deliver({ ...any, body: '{"pass":"third"}' }, { sqs })).toBe(true);
    expect(dead).toHaveLength(1);
  });

  test('that is lost is sent again after a while', async () => {
    const events = await world.register(HOUR, names(30));
    await world.run(5);
    world.steps.splice(0);
    world.now += 10 * MINUTE;
    await world.run(5);
    expect(world.steps).toEqual([]);
    world.now += 6 * MINUTE;
    await world.run(5);
    expect(world.steps.length).toBeGreaterThan(0);
    await auditTo(world.now - 5 * MINUTE, 5);
    expect(sent()).toEqual(lost(events));
  });
});

test('Killed at any call, the run or a step, it goes on: everything has been sent, and nothing else', async () => {
  const events = await world.register(HOUR, names(24));
  let rounds = 0;
  const clients = {
    dynamo: { send: (command: object) => world.dynamo.send(command) },
    sqs: { send: (command: object) => world.sqs.send(command) },
  };
  const calls = await killedAtEveryCallOf(clients as never, async (killed) => {
    rounds++;
    world = new AuditWorld();
    await world.store(events);
    await world.arrive(events.slice(0, 20));
    const dying = sparing(killed as never);
    await world.run(3, dying).catch(() => undefined);
    for (let message = world.steps.shift(); message; message = world.steps.shift()) {
      // What has died is another process when the message comes again.
      if (!(await world.deliver(message, dying).catch(() => false))) await world.deliver(message);
    }
    for (let run = 0; run < 2; run++) {
      world.now += 16 * MINUTE;
      await world.run(3);
      await world.drain();
    }
    const { auditedTo } = await world.run(3);
    expect(Date.parse(auditedTo.first)).toBe(world.now - 5 * MINUTE);
    expect([...new Set(sent())]).toEqual(lost(events.slice(20)));
  });
  expect(rounds).toBeGreaterThan(40);
  expect(calls).toBeGreaterThan(20);
}, 120_000);

/** A query of the index is not counted: being killed at it is being killed before what comes next. */
function sparing(clients: AuditWorldClients): AuditWorldClients {
  let isDead = false;
  const send = async (command: object) => {
    const { input } = command as { input: { IndexName?: string } };
    if (input.IndexName && !isDead) return world.dynamo.send(command);
    return clients.dynamo.send(command).catch((error: Error) => {
      isDead = true;
      throw error;
    });
  };
  return { ...clients, dynamo: { send } };
}

describe('The second pass', () => {
  test('reads keys alone where all is as it had arrived', async () => {
    const events = await world.register(HOUR, names(40));
    await world.arrive(events);
    for (const inline of [1_000, 5]) {
      const other = new AuditWorld();
      await other.store(events);
      await other.arrive(events);
      world = other;
      await auditTo(other.now - 5 * MINUTE, inline);
      other.now += DAY;
      for (const name of Object.keys(other.counts)) delete other.counts[name];
      let checked = 0;
      for (let run = 0; run < 3; run++) {
        checked += (await other.run(inline)).events;
        await other.drain();
        other.now += 5 * MINUTE;
      }
      expect([inline, checked]).toEqual([inline, 40]);
      expect(other.counts.BatchGetCommand ?? 0).toBe(0);
      expect(other.sent).toEqual([]);
    }
  });

  test.each([1_000, 5])(
    'finds what came too late for the first, among what had arrived (%s inline)',
    async (inline) => {
      const events = await world.register(HOUR, names(40));
      await world.arrive(events);
      await auditTo(world.now - 5 * MINUTE, inline);
      const late = await world.register(HOUR + 25 * MINUTE, ['late']);
      world.now += DAY;
      for (let run = 0; run < 4; run++) {
        await world.run(inline);
        await world.drain();
        world.now += 5 * MINUTE;
      }
      expect([...new Set(sent())]).toEqual(lost(late));
    },
  );

  test.each([1_000, 5])('sends once more what had not arrived, and then has (%s inline)', async (inline) => {
    const events = await world.register(HOUR, names(210));
    await auditTo(world.now - 5 * MINUTE, inline);
    expect(new Set(sent()).size).toBe(210);
    world.sent.length = 0;
    // Of 200 the audit knows; of the others only what it did not note as arrived.
    await world.arrive(events.slice(0, 205));
    world.now += DAY;
    for (let run = 0; run < 4; run++) {
      await world.run(inline);
      await world.drain();
      world.now += 5 * MINUTE;
    }
    for (const place of lost(events.slice(205))) expect(sent()).toContain(place);
    for (const place of lost(events.slice(0, 200))) expect(sent()).not.toContain(place);
  });
});

test('Lanes share a window without a gap, and their number grows with its events', () => {
  const window = { from: 1_000, to: 2_000 };
  for (const parts of [1, 3, 7]) {
    const ofShard = lanesOf(window, 'A', parts).filter(({ shard }) => shard === 2);
    expect(ofShard[0]?.from).toBe(1_000);
    expect(ofShard.at(-1)?.to).toBe(2_000);
    for (const [index, { to }] of ofShard.entries()) {
      if (index < parts - 1) expect(ofShard[index + 1]?.from).toBe(to);
    }
  }
  expect(new Set(lanesOf(window, 'A', 12).map(laneName)).size).toBe(48);
  expect([0, 1_001, 20_001, 300_000, 10_000_000].map(partsFor)).toEqual([1, 1, 2, 15, 64]);
});
