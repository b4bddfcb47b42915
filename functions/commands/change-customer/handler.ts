import * as z from 'zod';
import { canAccessCustomer } from '#api/access.ts';
import * as fields from '#api/fields.ts';
import { application } from '#application';
import { customerAggregate, customerRules } from '#domain/customer.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';

const body = z
  .strictObject({ name: fields.name.optional(), email: fields.email.optional() })
  .refine(({ name, email }) => name !== undefined || email !== undefined, 'must have a name or an email')
  .meta({ minProperties: 1 });

/** PATCH /customers/{customerId}: another name, another email, or both. To anyone but that customer and orders:manage, it does not exist. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ customerId: fields.customerId }),
    body,
    async handle(request) {
      const { customerId } = request.params;
      if (!canAccessCustomer(request.caller, customerId)) throw customerRules.reject('customer_not_found');
      const { version } = await handleCommand(runtime, customerAggregate, {
        aggregateId: customerId,
        command: { type: 'change', ...request.body },
        metadata: commandMetadata(runtime, 'change-customer', request),
        expectedVersions: request.ifMatch,
      });
      return { status: 200, headers: { etag: etagOf(version) }, body: { customerId, version } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
