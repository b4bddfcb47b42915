import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import { createRuntime } from '#kit/config/runtime.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { orderStream } from '#tests/support/streams.ts';

const runtime = createRuntime(application, { settings: {} });
const [created, paid] = orderStream('o-1', 'ada', '2026-05-01T12:00:00.000Z');
if (!created || !paid) throw new Error('no events');

describe('A message', () => {
  test('is the event as it is stored, with the attributes that subscriptions filter on', () => {
    const message = toMessage(runtime, created);
    expect(message.id).toBe(created.eventId);
    expect(JSON.parse(message.body)).toEqual(created);
    expect(message.attributes).toEqual({
      eventType: { DataType: 'String', StringValue: 'OrderCreated' },
      aggregateType: { DataType: 'String', StringValue: 'order' },
      total: { DataType: 'Number', StringValue: '29.99' },
      country: { DataType: 'String', StringValue: 'US' },
    });
    expect(Object.keys(toMessage(runtime, paid).attributes)).toEqual(['eventType', 'aggregateType']);
  });

  test('counts the bytes of its body and of its attributes: names, types and values', () => {
    const body = Buffer.byteLength(JSON.stringify(paid));
    const attributes = 'eventTypeStringOrderPaid'.length + 'aggregateTypeStringorder'.length;
    expect(toMessage(runtime, paid).bytes).toBe(body + attributes);
    const wide = { ...paid, data: { ...paid.data, customerId: 'Ω'.repeat(10) } };
    expect(toMessage(runtime, wide as typeof paid).bytes).toBe(body + attributes - 'ada'.length + 20);
  });

  test('of a shape from before carries the attributes of today', () => {
    const { currency, ...v1 } = created.data as Record<string, unknown>;
    const message = toMessage(runtime, { ...created, schemaVersion: 1, data: v1 });
    expect(message.attributes.total).toEqual({ DataType: 'Number', StringValue: '29.99' });
    expect(JSON.parse(message.body)).toMatchObject({ schemaVersion: 1, data: v1 });
  });

  test.each([
    ['a type that nobody knows', { eventType: 'OrderGiftWrapped' }],
    ['a version from the future', { schemaVersion: 99 }],
    ['data that no schema takes', { data: {} }],
  ])('of %s goes out with what every event has', (_, change) => {
    const event = { ...created, ...change };
    expect(Object.keys(toMessage(runtime, event).attributes)).toEqual(['eventType', 'aggregateType']);
  });
});
