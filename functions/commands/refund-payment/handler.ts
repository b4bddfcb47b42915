import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { paymentAggregate } from '../../../shared/domain/payment/payment.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { etag } from '../../../shared/http/order-answer.ts';

/** POST /payments/{paymentId}/refund. The whole amount of a captured payment, once. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'payments:write',
    params: z.strictObject({ paymentId: fields.paymentId }),
    body: z.strictObject({ reason: fields.reason }),
    async handle(request) {
      const { paymentId } = request.params;
      const { version, state } = await handleCommand(runtime, paymentAggregate, {
        aggregateId: paymentId,
        command: { type: 'refund', reason: request.body.reason },
        metadata: commandMetadata(runtime, 'refund-payment', request),
        expectedVersion: request.ifMatch,
      });
      const orderId = state.status === 'none' ? undefined : state.orderId;
      return {
        status: 200,
        headers: { etag: etag(version) },
        body: { paymentId, orderId, version, status: state.status },
      };
    },
  });

export const handler = createHandler(createRuntime());
