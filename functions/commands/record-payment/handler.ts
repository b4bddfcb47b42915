import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { amount } from '#api/money.ts';
import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { MAX_ORDER_TOTAL } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { OUTCOMES } from '#domain/payment/events.ts';
import { statusOf } from '#domain/payment/state.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { digest, idOfParts } from '#kit/event-store/command-id.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';

const bodyOf = (currency: () => string) =>
  z
    .strictObject({
      orderId: fields.orderId,
      amount: amount(currency, MAX_ORDER_TOTAL),
      provider: fields.text(100).optional(),
      reference: fields.text(200),
      outcome: z.enum(OUTCOMES),
      reportId: fields.text(200).optional(),
      reason: fields.reason.optional(),
    })
    .refine(({ outcome, reason }) => reason === undefined || outcome !== 'captured', {
      path: ['reason'],
      error: 'is not for what was captured',
    })
    .meta({ not: { required: ['reason'], properties: { outcome: { const: 'captured' } } } });

/**
 * POST /payments: a payment provider reports what became of a payment, in the currency of the deployment. A report is a
 * fact: it is recorded whatever its amount and its order are, and what an order does not take is refunded by
 * order-payments. One consistent query of one item (the order) and one conditional put; a further report of a payment
 * takes a query and a put more.
 *
 * The payment's id follows from the provider and its `reference`, whoever reports it and under whatever Idempotency-Key:
 * what is reported twice is one payment, or the second would be refunded with real money. For the same reason a report
 * without an Idempotency-Key is known by its content.
 */
export function createHandler(runtime: ShopRuntime) {
  const currencyOf = () => runtime.setting('CURRENCY');
  return httpHandler(runtime, {
    scope: 'payments:write',
    body: bodyOf(currencyOf),
    async handle(request) {
      const { orderId, reportId, reason, provider, ...report } = request.body;
      const customerId = await customerOf(runtime, orderId);
      const keyed = { ...request, idempotencyKey: request.idempotencyKey ?? digest(request.body) };
      const result = await handleCommand(runtime, paymentAggregate, {
        aggregateId: idOfParts(runtime.application.idNamespace, [
          'payment',
          provider ?? '',
          report.reference,
        ]),
        command: {
          type: 'record',
          ...report,
          orderId,
          currency: currencyOf(),
          ...(customerId !== undefined && { customerId }),
          ...(provider !== undefined && { provider }),
          ...(reportId !== undefined && { reportId }),
          ...(reason !== undefined && { reason }),
        },
        metadata: commandMetadata(runtime, 'record-payment', keyed),
        creates: true,
      });
      const { aggregateId: paymentId, version, state } = result;
      if (state.status === 'none') throw new Error(`payment ${paymentId} was not recorded`);
      return {
        status: 201,
        headers: { etag: etagOf(version) },
        body: { paymentId, orderId, version, status: statusOf(state) },
      };
    },
  });
}

// Whose order it is, is settled by its first event and never changes.
async function customerOf(runtime: ShopRuntime, orderId: string): Promise<string | undefined> {
  const [first] = await load<DomainEvent>(runtime, streamIdOf('order', orderId), { limit: 1 });
  return first?.eventType === 'OrderCreated' ? first.data.customerId : undefined;
}

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
