import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { orderAggregate } from '../../../shared/domain/order/order.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { orderAnswer } from '../../../shared/http/order-answer.ts';

/** POST /orders/{orderId}/deliver. The body is empty, or `{}`. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({}),
    async handle(request) {
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'deliver' },
        metadata: commandMetadata(runtime, 'deliver-order', request),
        expectedVersion: request.ifMatch,
      });
      return orderAnswer(result);
    },
  });

export const handler = createHandler(createRuntime());
