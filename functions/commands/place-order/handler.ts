import * as z from 'zod';
import { resolveCustomerId } from '#api/access.ts';
import * as fields from '#api/fields.ts';
import { unitPrice } from '#api/money.ts';
import { placedResponse } from '#api/order-response.ts';
import { application, type ShopRuntime } from '#application';
import { toMinor } from '#domain/money.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { findRepeat, handleCommand } from '#kit/event-store/handle-command.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { commandMetadata, newAggregateId } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { forbidden, HttpProblem } from '#kit/http/problem.ts';
import { itemsFromCatalogue } from './catalogue-items.ts';

const bodyOf = (currency: () => string) =>
  z.strictObject({
    customerId: fields.customerId.optional(),
    items: fields.items(
      z.strictObject({
        sku: fields.sku,
        quantity: fields.quantity,
        unitPrice: unitPrice(currency).optional(),
      }),
    ),
    shippingAddress: z.strictObject({
      line1: fields.text(200),
      line2: fields.text(200).exactOptional(),
      city: fields.text(100),
      postalCode: fields.text(20),
      country: fields.country,
    }),
    paymentTerms: z.enum(['prepaid', 'invoice']).optional(),
  });

/**
 * POST /orders, in the currency of the deployment, at the catalogue's names and prices. Without `customerId` for the
 * caller; for another customer, or by invoice, with orders:manage.
 * AWS calls: the catalogue (`itemsFromCatalogue`) and one conditional put. Before a repeat would be refused by a
 * catalogue that has changed since, one consistent query finds its order.
 */
export function createHandler(runtime: ShopRuntime) {
  const currencyOf = () => runtime.setting('CURRENCY');
  return httpHandler(runtime, {
    body: bodyOf(currencyOf),
    async handle(request) {
      const { items, shippingAddress, paymentTerms = 'prepaid' } = request.body;
      const currency = currencyOf();
      const customerId = resolveCustomerId(request.caller, request.body.customerId);
      if (paymentTerms === 'invoice' && !request.caller.can('orders:manage')) throw invoiceForbidden();
      const identity = {
        aggregateId: newAggregateId(runtime, 'order', request),
        metadata: commandMetadata(runtime, 'place-order', request),
      };
      try {
        const result = await handleCommand(runtime, orderAggregate, {
          ...identity,
          command: {
            type: 'place',
            customerId,
            items: await itemsFromCatalogue(runtime, items, currency),
            currency,
            shippingAddress,
            paymentTerms,
            paymentDueAt: paymentDueAt(runtime),
            holdParameters: {
              highValueThreshold: toMinor(runtime.setting('HIGH_VALUE_THRESHOLD'), currency),
              homeCountry: runtime.setting('HOME_COUNTRY'),
            },
          },
          creates: true,
        });
        return placedResponse(result);
      } catch (error) {
        // The catalogue may have changed since the order was placed: a repeat is answered as the first time.
        const mayBeRepeat = request.idempotencyKey !== undefined && isRefusal(error);
        const repeat = mayBeRepeat ? await findRepeat(runtime, orderAggregate, identity) : undefined;
        if (!repeat) throw error;
        return placedResponse(repeat);
      }
    },
  });
}

const paymentDueAt = (runtime: ShopRuntime): string =>
  new Date(runtime.now() + runtime.setting('PAYMENT_MINUTES') * 60_000).toISOString();

const isRefusal = (error: unknown): boolean =>
  error instanceof HttpProblem || error instanceof CommandRejected;

export const invoiceForbidden = () => forbidden('Payment by invoice needs the scope orders:manage.');

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
