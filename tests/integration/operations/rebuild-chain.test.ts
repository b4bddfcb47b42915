import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RebuildStatus } from '#functions/operations/rebuild/rebuild.ts';
import { LONGEST_CHAIN } from '#resources/local/event-source-mapping/lineage.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent } from '#tests/support/http-event.ts';
import { type System, startSystem } from '#tests/support/system.ts';

// A step takes 25 streams at least, and ends when its time is over: here it always is.
const STREAMS = 25 * (LONGEST_CHAIN + 3);
let clock = Date.now();
const hurried = () => {
  clock += 2_000;
  return clock;
};

let system: System;
beforeAll(async () => {
  system = await startSystem({
    runs: (name) => name === 'order-view',
    parts: (name) => (name === 'order-view' ? { now: hurried } : {}),
    settings: { PROPAGATION_SECONDS: '0' },
  });
  const register = async (sub: string) => {
    const event = httpEvent({ sub, body: { name: sub, email: `${sub}@example.com` } });
    expect(await system.invoke('register-customer', event)).toMatchObject({ statusCode: 201 });
  };
  for (let done = 0; done < STREAMS; done += 25) {
    await Promise.all(Array.from({ length: 25 }, (_, at) => register(`customer${done + at}`)));
  }
}, 90_000);
afterAll(() => system?.stop());

test('A rebuild takes more steps than Lambda lets a function send to itself by default', async () => {
  const rebuild = (action: string, more = {}) =>
    system.invoke('rebuild', { projection: 'order-view', action, ...more }) as Promise<RebuildStatus>;
  await rebuild('start', { segments: 1 });
  await eventually(async () => expect((await rebuild('advance')).other?.phase).toBe('comparing'), {
    timeoutMs: 50_000,
    everyMs: 100,
  });
  expect(system.mappings.all[0]?.invocations()).toBeGreaterThan(LONGEST_CHAIN + 1);
}, 90_000);
