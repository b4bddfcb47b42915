import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type CustomsDeclarationCommand, customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import { type FraudReviewCommand, fraudReviewAggregate } from '#domain/fraud-review.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { System } from '#tests/support/system.ts';

export type OrderState = 'pending' | 'held' | 'paid' | 'shipped' | 'delivered' | 'cancelled';

export const metadata = () => ({
  userId: 'test',
  correlationId: 'c',
  causationId: 'e',
  commandId: randomUUID(),
});

/** Brings an order that was placed into that state. */
export async function bringOrder(system: System, aggregateId: string, status: OrderState): Promise<void> {
  const steps = {
    pending: [],
    held: ['pay'],
    paid: ['pay', 'stock'],
    shipped: ['pay', 'stock', 'ship'],
    delivered: ['pay', 'stock', 'ship', 'deliver'],
    cancelled: ['cancel'],
  } as const;
  const commands = {
    pay: { type: 'applyCapture', paymentId: 'pay-1', captureId: 'c-1', amount: 3998, currency: 'USD' },
    stock: { type: 'releaseHold', hold: 'stock', by: 'consumer:test' },
    ship: { type: 'ship', carrier: 'UPS', trackingNumber: '1Z' },
    deliver: { type: 'deliver' },
    cancel: { type: 'cancel', reason: 'test' },
  } as const;
  for (const step of steps[status]) {
    const runtime = system.runtimeOf('place-order');
    await handleCommand(runtime, orderAggregate, {
      aggregateId,
      command: commands[step],
      metadata: metadata(),
    });
  }
}

/** An order with a review and a declaration that are open, decided or closed. */
export async function reviewed(system: System, status: 'open' | 'decided' | 'closed'): Promise<string> {
  const aggregateId = randomUUID();
  const facts = { orderId: aggregateId, customerId: 'ada', country: 'FR', currency: 'USD' };
  const due = { dueAt: '2099-01-01T00:00:00.000Z' };
  const runtime = system.runtimeOf('place-order');
  const issue = async (review: FraudReviewCommand, declaration: CustomsDeclarationCommand) => {
    const ids = () => ({ aggregateId, metadata: metadata() });
    await handleCommand(runtime, fraudReviewAggregate, { ...ids(), command: review });
    await handleCommand(runtime, customsDeclarationAggregate, { ...ids(), command: declaration });
  };
  const risk = { total: 100_000, score: 20, level: 'low' as const, reasons: [] };
  const items = [{ sku: 'TEA', name: 'Tea', quantity: 1, unitPrice: 100_000 }];
  await issue(
    { type: 'open', ...facts, ...risk, ...due },
    { type: 'open', ...facts, value: 100_000, items, ...due },
  );
  const decision = { by: 'linus', note: 'Seen.' };
  if (status === 'decided') await issue({ type: 'approve', ...decision }, { type: 'clear', ...decision });
  const close = { type: 'close', reason: 'order_cancelled' } as const;
  if (status === 'closed') await issue(close, close);
  return aggregateId;
}

/** A DynamoDB that answers every call with this error. */
export const failing = (name: string): RuntimeParts => ({
  dynamo: { send: () => Promise.reject(Object.assign(new Error('test'), { name })) } as never,
  sleep: async () => undefined,
});

/** Somebody else is always first. */
export const losing = (system: System, operation: string): RuntimeParts => ({
  sleep: async () => undefined,
  dynamo: {
    send: (command: object) =>
      command.constructor.name === 'PutCommand'
        ? Promise.reject(new ConditionalCheckFailedException({ message: 'taken', $metadata: {} }))
        : system.runtimeOf(operation).dynamo.send(command as never),
  } as never,
});
