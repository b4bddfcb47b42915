import type { Poison } from '#tests/properties/checks/messages.ts';
import type { Adversary } from './adversary.ts';
import type { Clients } from './clients.ts';
import type { World } from './world.ts';

const envelope = (number: number, changes: object) =>
  JSON.stringify({
    streamId: `order-poison-${number}`,
    version: 1,
    eventId: `0192f0c0-0000-7000-8000-${String(number).padStart(12, '0')}`,
    aggregateType: 'order',
    aggregateId: `poison-${number}`,
    eventType: 'OrderDelivered',
    schemaVersion: 1,
    data: { customerId: 'ada' },
    metadata: {
      userId: 'ada',
      timestamp: '2026-11-01T00:00:00.000Z',
      correlationId: `poison-${number}`,
      causationId: 'poison',
      commandId: 'poison',
    },
    ...changes,
  });

const KINDS: readonly [error: string, body: (number: number) => string][] = [
  ['InvalidEnvelope', (number) => `poison ${number}: no JSON`],
  ['InvalidEnvelope', (number) => envelope(number, { version: 0 })],
  ['UnknownEventType', (number) => envelope(number, { eventType: 'OrderEaten' })],
  ['NewerSchemaVersion', (number) => envelope(number, { schemaVersion: 99 })],
  ['InvalidEventData', (number) => envelope(number, { data: { customerId: 7 } })],
];

/** Puts messages that nobody can read among the others. */
export async function poisonQueues(world: World, adversary: Adversary, clients: Clients): Promise<Poison[]> {
  const poison: Poison[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async (_, number) => {
      const place = `poison/${number}`;
      if (!adversary.at(place, 'poison message', 0.4)) return;
      const random = adversary.random(`${place}/kind`);
      const { consumer } = random.pick(world.subscriptions);
      const [error, body] = random.pick(KINDS);
      await clients.pause(random.between(0, 240_000));
      poison.push({ consumer, body: body(number), error });
      await world.deliver(consumer, body(number));
    }),
  );
  return poison;
}
