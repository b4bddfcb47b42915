import * as z from 'zod';
import { resolveCustomerId } from '#api/access.ts';
import * as fields from '#api/fields.ts';
import { placedResponse } from '#api/order-response.ts';
import { application, type ShopRuntime } from '#application';
import { orderAggregate } from '#domain/order/decisions.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata, newAggregateId } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

const bodyOf = (currency: () => string) =>
  z.strictObject({
    customerId: fields.customerId.optional(),
    items: fields.items(
      z.strictObject({
        sku: fields.sku,
        name: fields.name,
        quantity: fields.quantity,
        unitPrice: fields.unitPrice(currency),
      }),
    ),
    shippingAddress: z.strictObject({
      line1: fields.text(200),
      line2: fields.text(200).exactOptional(),
      city: fields.text(100),
      postalCode: fields.text(20),
      country: fields.country,
    }),
  });

/**
 * POST /orders, in the currency of the deployment. One conditional put. Without `customerId` for the caller; for
 * another customer with orders:manage.
 */
export function createHandler(runtime: ShopRuntime) {
  const currencyOf = () => runtime.setting('CURRENCY');
  return httpHandler(runtime, {
    body: bodyOf(currencyOf),
    async handle(request) {
      const { customerId, items, shippingAddress } = request.body;
      const currency = currencyOf();
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: newAggregateId(runtime, 'order', request),
        command: {
          type: 'place',
          customerId: resolveCustomerId(request.caller, customerId),
          items: items.map((item) => ({ ...item, tracked: true, backorder: false })),
          currency,
          shippingAddress,
          paymentTerms: 'prepaid',
          paymentDueAt: new Date(runtime.now() + runtime.setting('PAYMENT_MINUTES') * 60_000).toISOString(),
          holdParameters: {
            highValueThreshold: Number.POSITIVE_INFINITY,
            homeCountry: shippingAddress.country,
          },
        },
        metadata: commandMetadata(runtime, 'place-order', request),
        creates: true,
      });
      return placedResponse(result);
    },
  });
}

export const handler = createHandler(createRuntime(application));
