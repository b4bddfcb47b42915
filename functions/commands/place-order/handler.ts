import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { orderAggregate } from '../../../shared/domain/order/order.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata, newAggregateId } from '../../../shared/http/command.ts';
import { customerOf } from '../../../shared/http/customer.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { placedAnswer } from '../../../shared/http/order-answer.ts';

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
export function createHandler(runtime: Runtime) {
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
          customerId: customerOf(request.caller, customerId),
          items,
          currency,
          shippingAddress,
        },
        metadata: commandMetadata(runtime, 'place-order', request),
        creates: true,
      });
      return placedAnswer(result);
    },
  });
}

export const handler = createHandler(createRuntime());
