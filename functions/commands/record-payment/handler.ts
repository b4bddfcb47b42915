import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { amount } from '#api/money.ts';
import { paymentResponse } from '#api/payment-response.ts';
import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { MAX_ORDER_TOTAL } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { OUTCOMES, type Outcome } from '#domain/payment/events.ts';
import { parkedAs, type RecordPayment } from '#domain/payment/reports.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { idOfParts } from '#kit/event-store/command-id.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** Of what a provider names. */
const MAX_REPORT_ID = 200;

/** A refund may be named by us, after a capture and why it is refunded: `order_cancelled:<reference>:<amount>` at the longest. */
const MAX_REFUND_ID = 240;

const isOfRefund = (outcome: Outcome): boolean => outcome === 'refunded' || outcome === 'refund_failed';

/** As JSON Schema. */
const LONG_NAMES_OF_REFUNDS = [
  { properties: { reportId: { maxLength: MAX_REPORT_ID } } },
  { properties: { outcome: { enum: OUTCOMES.filter(isOfRefund) } } },
];

const bodyOf = (currency: () => string) =>
  z
    .strictObject({
      orderId: fields.orderId,
      amount: amount(currency, MAX_ORDER_TOTAL),
      provider: fields.text(100).optional(),
      reference: fields.text(200),
      outcome: z.enum(OUTCOMES),
      reportId: fields.text(MAX_REFUND_ID).optional(),
      reason: fields.reason.optional(),
    })
    .refine(({ outcome, reason }) => reason === undefined || outcome !== 'captured', {
      path: ['reason'],
      error: 'is not for what was captured',
    })
    .refine(({ outcome, reportId = '' }) => isOfRefund(outcome) || [...reportId].length <= MAX_REPORT_ID, {
      path: ['reportId'],
      error: `must have at most ${MAX_REPORT_ID} characters, unless it is of a refund`,
    })
    .meta({
      not: { required: ['reason'], properties: { outcome: { const: 'captured' } } },
      anyOf: LONG_NAMES_OF_REFUNDS,
    });

/**
 * POST /payments: a payment provider reports what became of a payment, in the currency of the deployment. A report is a
 * fact: it is recorded whatever its amount and its order are, and what an order does not take is refunded by
 * order-payments. One consistent query of one item (the order) and one conditional put; a further report of a payment
 * takes a query and a put more.
 *
 * The payment's id follows from the provider and its `reference`, whoever reports it and under whatever Idempotency-Key:
 * what is reported twice is one payment, or the second would be refunded with real money. For the same reason the
 * payment knows a report that it has had, with an Idempotency-Key or without.
 */
export function createHandler(runtime: ShopRuntime) {
  const currencyOf = () => runtime.setting('CURRENCY');
  return httpHandler(runtime, {
    scope: 'payments:write',
    body: bodyOf(currencyOf),
    async handle(request) {
      const { orderId, reportId, reason, provider, ...report } = request.body;
      const customerId = await customerOf(runtime, orderId);
      const command: RecordPayment = {
        type: 'record',
        ...report,
        orderId,
        currency: currencyOf(),
        ...(customerId !== undefined && { customerId }),
        ...(provider !== undefined && { provider }),
        ...(reportId !== undefined && { reportId }),
        ...(reason !== undefined && { reason }),
      };
      const result = await handleCommand(runtime, paymentAggregate, {
        aggregateId: idOfParts(runtime.application.idNamespace, [
          'payment',
          provider ?? '',
          report.reference,
        ]),
        command,
        metadata: commandMetadata(runtime, 'record-payment', request),
        creates: true,
      });
      const parked = parkedAs(command, result.state);
      return paymentResponse(result, { status: 201, ...(parked && { parked }) });
    },
  });
}

// Whose order it is, is settled by its first event and never changes.
async function customerOf(runtime: ShopRuntime, orderId: string): Promise<string | undefined> {
  const [first] = await load<DomainEvent>(runtime, streamIdOf('order', orderId), { limit: 1 });
  return first?.eventType === 'OrderCreated' ? first.data.customerId : undefined;
}

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
