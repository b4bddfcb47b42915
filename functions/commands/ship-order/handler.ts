import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { orderAggregate } from '../../../shared/domain/order/order.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { orderAnswer } from '../../../shared/http/order-answer.ts';

/** POST /orders/{orderId}/ship. A paid order leaves the warehouse. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ carrier: fields.text(100), trackingNumber: fields.text(100) }),
    async handle(request) {
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'ship', ...request.body },
        metadata: commandMetadata(runtime, 'ship-order', request),
        expectedVersion: request.ifMatch,
      });
      return orderAnswer(result);
    },
  });

export const handler = createHandler(createRuntime());
