import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { CommandRejected } from '../../../shared/domain/command-rejected.ts';
import { customerAggregate } from '../../../shared/domain/customer/customer.ts';
import { customerRules } from '../../../shared/domain/customer/decide.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { etag } from '../../../shared/http/order-answer.ts';

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
