import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EventType, eventDefinitions, registry } from '#domain/index.ts';
import { createHandler } from '#functions/operations/emit-event/handler.ts';
import { load } from '#kit/event-store/load.ts';
import { type Commands, startCommands } from '#tests/support/commands.ts';

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

const emit = (input: unknown) => createHandler(commands.data.runtime())(input, { awsRequestId: 'invoke-1' });
const stored = (streamId: string) => load(commands.data.runtime(), streamId);
const received = (changes: object = {}) => ({
  eventType: 'StockReceived',
  aggregateId: randomUUID(),
  data: { sku: 'LAPTOP-14', quantity: 3 },
  ...changes,
});

const sampleOf = (eventType: EventType) =>
  eventDefinitions[eventType].samples[registry.currentSchemaVersion(eventType)];

/** What a stream must hold before an event of that type can follow. */
const predecessors: Partial<Record<EventType, EventType[]>> = {
  CustomerRenamed: ['CustomerRegistered'],
  CustomerEmailChanged: ['CustomerRegistered'],
  ProductPriceChanged: ['ProductListed'],
  ProductWithdrawn: ['ProductListed'],
  OrderPaymentReceived: ['OrderCreated'],
  OrderPaid: ['OrderCreated'],
  OrderHoldReleased: ['OrderCreated'],
  OrderShipped: ['OrderCreated', 'OrderPaid'],
  OrderDelivered: ['OrderCreated', 'OrderPaid', 'OrderShipped'],
  OrderCancelled: ['OrderCreated'],
  PaymentRefunded: ['PaymentCaptured'],
  PaymentReportResolved: ['PaymentReportParked'],
  StockReserved: ['StockReceived'],
  StockRejected: ['StockReceived'],
  StockReleased: ['StockReceived', 'StockReserved'],
  StockAdjusted: ['StockReceived'],
  StockIssued: ['StockReceived', 'StockReserved'],
  BackorderFilled: ['StockReceived', 'StockBackordered'],
  BackorderCancelled: ['StockBackordered'],
  FraudReviewApproved: ['FraudReviewOpened'],
  FraudReviewRejected: ['FraudReviewOpened'],
  FraudReviewEscalated: ['FraudReviewOpened'],
  FraudReviewClosed: ['FraudReviewOpened'],
  CustomsDeclarationCleared: ['CustomsDeclarationOpened'],
  CustomsDeclarationRefused: ['CustomsDeclarationOpened'],
  CustomsDeclarationEscalated: ['CustomsDeclarationOpened'],
  CustomsDeclarationClosed: ['CustomsDeclarationOpened'],
};

describe('emit-event', () => {
  test.each(registry.eventTypes)('appends a %s as the next event of its stream', async (eventType) => {
    const { aggregateType, samples } = eventDefinitions[eventType];
    const data = samples[registry.currentSchemaVersion(eventType)];
    const aggregateId = randomUUID();
    const streamId = `${aggregateType}-${aggregateId}`;
    const before = predecessors[eventType] ?? [];
    for (const earlier of before) await emit({ eventType: earlier, aggregateId, data: sampleOf(earlier) });
    const version = before.length + 1;
    const emitted = await emit({ eventType, aggregateId, data });
    expect(emitted).toEqual({ streamId, version, eventId: expect.any(String) });
    expect((await stored(streamId)).at(-1)).toMatchObject({
      eventId: emitted.eventId,
      eventType,
      data,
      metadata: { userId: 'operator', correlationId: 'invoke-1', causationId: 'invoke-1' },
    });
  });

  test('refuses an event that cannot follow what its stream holds, which would make the stream unreadable', async () => {
    const aggregateId = randomUUID();
    const paid = { eventType: 'OrderPaid', aggregateId, data: sampleOf('OrderPaid') };
    await expect(emit(paid)).rejects.toMatchObject({ name: 'InvalidEventSequence' });
    expect(await stored(`order-${aggregateId}`)).toEqual([]);
    await emit({ ...paid, eventType: 'OrderCreated', data: sampleOf('OrderCreated') });
    await emit(paid);
    await expect(emit(paid)).rejects.toMatchObject({ name: 'InvalidEventSequence' });
    expect(await stored(`order-${aggregateId}`)).toHaveLength(2);
  });

  test('lifts the data of an older schema version', async () => {
    const aggregateId = randomUUID();
    const data = eventDefinitions.OrderCreated.samples[1];
    await emit({ eventType: 'OrderCreated', aggregateId, data, schemaVersion: 1 });
    expect(await stored(`order-${aggregateId}`)).toMatchObject([
      { schemaVersion: 3, data: { currency: 'USD' } },
    ]);
  });

  test('takes the identity and correlation id it is given', async () => {
    const input = received({ userId: 'ada', correlationId: 'repair-7' });
    const { streamId } = await emit(input);
    expect(await stored(streamId)).toMatchObject([
      { metadata: { userId: 'ada', correlationId: 'repair-7' } },
    ]);
  });

  test('names everything that is wrong at once, and appends nothing', async () => {
    const before = await commands.eventCount();
    const wrong = received({ data: { sku: '', quantity: 0, colour: 'red' }, userId: '', colour: 'red' });
    const error = await emit(wrong).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'InvalidEmission' });
    for (const path of ['data.sku', 'data.quantity', 'userId', 'colour']) {
      expect((error as Error).message).toContain(path);
    }
    expect(await commands.eventCount()).toBe(before);
  });

  test.each([
    [undefined, /input/],
    ['x', /input/],
    [{}, /eventType.*aggregateId.*data/],
    [received({ eventType: 'OrderTeleported' }), /eventType: must be one of CustomerRegistered, /],
    [received({ schemaVersion: 2 }), /schemaVersion: StockReceived v2 is newer than v1/],
    [received({ data: { sku: 'A', quantity: 1, colour: 'red' } }), /data\.colour: is not a field/],
    [received({ aggregateId: 'a b' }), /aggregateId/],
  ])('refuses %j', async (input, message) => {
    await expect(emit(input)).rejects.toThrow(message);
  });

  test('with expectedVersion appends there or not at all', async () => {
    const input = received();
    await emit({ ...input, expectedVersion: 0 });
    await expect(emit({ ...input, expectedVersion: 0 })).rejects.toMatchObject({ name: 'VersionMismatch' });
    expect(await emit({ ...input, expectedVersion: 1 })).toMatchObject({ version: 2 });
  });

  test('five at once on one stream take five versions without a gap', async () => {
    const input = received();
    const emitted = await Promise.all(Array.from({ length: 5 }, () => emit(input)));
    expect(emitted.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
