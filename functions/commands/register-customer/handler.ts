import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { customerAggregate } from '../../../shared/domain/customer/customer.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import { customerOf } from '../../../shared/http/customer.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { etag } from '../../../shared/http/order-answer.ts';

const body = z.strictObject({
  name: fields.name,
  email: fields.email,
  customerId: fields.customerId.optional(),
});

/** POST /customers. Without `customerId` the caller; another than the caller needs orders:manage. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    body,
    async handle(request) {
      const { name, email } = request.body;
      const { aggregateId, version } = await handleCommand(runtime, customerAggregate, {
        aggregateId: customerOf(request.caller, request.body.customerId),
        command: { type: 'register', name, email },
        metadata: commandMetadata(runtime, 'register-customer', request),
        creates: true,
      });
      return { status: 201, headers: { etag: etag(version) }, body: { customerId: aggregateId, version } };
    },
  });

export const handler = createHandler(createRuntime());
