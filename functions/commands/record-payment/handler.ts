import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { toMajor } from '#domain/money.ts';
import { MAX_ORDER_TOTAL, orderRules } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { idOfParts } from '#kit/event-store/command-id.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';

const body = z
  .strictObject({
    orderId: fields.orderId,
    amount: z.number().min(0).max(MAX_ORDER_TOTAL),
    provider: fields.text(100).optional(),
    reference: fields.text(200),
    outcome: z.enum(['captured', 'declined']),
    reason: fields.reason.optional(),
  })
  .refine(({ outcome, reason }) => reason === undefined || outcome !== 'captured', {
    path: ['reason'],
    error: 'is only for what was declined',
  })
  .meta({ not: { required: ['reason'], properties: { outcome: { const: 'captured' } } } });

/**
 * POST /payments: a provider reports what became of a payment. One consistent query (the order) and one
 * conditional put. The payment's id follows from the provider and its `reference`, whoever reports it and under whatever
 * Idempotency-Key: what is reported twice is one payment, or the second would be refunded with real money. That the order can still be paid is not asked here: the money has moved already, and order-payments
 * refunds what an order does not take.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'payments:write',
    body,
    async handle(request) {
      const { orderId, amount, provider, reference, outcome, reason } = request.body;
      const { customerId, total, currency } = await placedOrder(runtime, orderId);
      // Both are the double nearest to the same decimal, or they are not the same amount.
      if (amount !== toMajor(total, currency)) throw orderRules.reject('amount_mismatch');
      const keyed = { ...request, idempotencyKey: request.idempotencyKey ?? reference };
      const facts = {
        orderId,
        customerId,
        amount: total,
        currency,
        reference,
        ...(provider === undefined ? {} : { provider }),
      };
      const result = await handleCommand(runtime, paymentAggregate, {
        aggregateId: idOfParts(runtime.application.idNamespace, ['payment', provider ?? '', reference]),
        command: { type: 'record', outcome, ...facts, ...(reason === undefined ? {} : { reason }) },
        metadata: commandMetadata(runtime, 'record-payment', keyed),
        creates: true,
      });
      const { aggregateId: paymentId, version, state } = result;
      return {
        status: 201,
        headers: { etag: etagOf(version) },
        body: { paymentId, orderId, version, status: state.status },
      };
    },
  });

// What a payment must fit is settled by an order's first event, and never changes.
async function placedOrder(runtime: Runtime, orderId: string) {
  const [first] = await load<DomainEvent>(runtime, streamIdOf('order', orderId), { limit: 1 });
  if (first?.eventType !== 'OrderCreated') throw orderRules.reject('order_not_found');
  return first.data;
}

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
