import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '#functions/operations/audit/check-delivery.ts';
import { redeliver } from '#functions/operations/audit/redeliver.ts';
import { AuditWorld, type AuditWorldClients } from '#tests/support/audit-world.ts';

const MINUTE = 60_000;

let world: AuditWorld;
beforeEach(() => {
  world = new AuditWorld();
});

/** A queue that is not there, or that nobody may use. */
const without = (queue: string): AuditWorldClients['sqs'] => ({
  send: async (command) => {
    const { QueueUrl } = (command as { input: { QueueUrl: string } }).input;
    if (QueueUrl === queue) throw new Error('The specified queue does not exist.');
    return world.sqs.send(command);
  },
});

describe('A consumer whose queue takes nothing', () => {
  test('is named, and the others get what they lack', async () => {
    const events = await world.register(20 * MINUTE, ['ada', 'bob']);
    const findings = events.map(
      ({ streamId, version, eventId, eventType }): Finding => ({
        streamId,
        version,
        eventId,
        eventType,
        missingAt: [{ consumer: 'gone' }, { consumer: 'order-view', reached: 0 }],
      }),
    );
    const runtime = world.runtime({ sqs: without('gone') });
    expect(await redeliver(runtime, findings, async () => {})).toEqual({
      sent: 2,
      unsent: new Set(['gone']),
    });
    expect(world.sent).toEqual(['order-view customer-ada@1', 'order-view customer-bob@1']);
  });

  test('keeps the audit from nothing, and gets its events once its queue is back, however late', async () => {
    await world.register(20 * MINUTE, ['ada']);
    const sqs = without('order-view');
    for (let run = 0; run < 30; run++) {
      const { behind, redelivered, auditedTo } = await world.run(undefined, { sqs });
      expect([behind.length, redelivered]).toEqual([1, 0]);
      expect(Date.parse(auditedTo.first)).toBeGreaterThanOrEqual(world.now - 6 * MINUTE);
      world.now += 5 * MINUTE;
    }
    for (let run = 0; run < 4 && world.sent.length === 0; run++) {
      await world.run();
      world.now += 5 * MINUTE;
    }
    expect(world.sent).toEqual(['order-view customer-ada@1']);
  });
});
