import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { etag } from '#api/order-response.ts';
import { customerAggregate } from '#domain/customer/customer.ts';
import { customerRules } from '#domain/customer/decide.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** PATCH /customers/{customerId}. To anyone but that customer and orders:manage, it does not exist. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ customerId: fields.customerId }),
    body: z.strictObject({ name: fields.name }),
    async handle(request) {
      const { customerId } = request.params;
      if (customerId !== request.caller.userId && !request.caller.can('orders:manage')) {
        throw new CommandRejected('customer_not_found', customerRules.customer_not_found);
      }
      const { version } = await handleCommand(runtime, customerAggregate, {
        aggregateId: customerId,
        command: { type: 'rename', name: request.body.name },
        metadata: commandMetadata(runtime, 'rename-customer', request),
        expectedVersion: request.ifMatch,
      });
      return { status: 200, headers: { etag: etag(version) }, body: { customerId, version } };
    },
  });

export const handler = createHandler(createRuntime());
