import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { orderAggregate } from '../../../shared/domain/order/order.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { orderAnswer, ownOrderOnly } from '../../../shared/http/order-answer.ts';

/** POST /orders/{orderId}/cancel. One's own, or any with orders:manage; what was paid is refunded by order-payments. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ reason: fields.reason }),
    async handle(request) {
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'cancel', reason: request.body.reason },
        metadata: commandMetadata(runtime, 'cancel-order', request),
        expectedVersion: request.ifMatch,
        authorize: ownOrderOnly(request.caller),
      });
      return orderAnswer(result);
    },
  });

export const handler = createHandler(createRuntime());
