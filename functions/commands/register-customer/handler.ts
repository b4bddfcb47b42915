import * as z from 'zod';
import { resolveCustomerId } from '#api/access.ts';
import * as fields from '#api/fields.ts';
import { application } from '#application';
import { customerAggregate } from '#domain/customer.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';

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
        aggregateId: resolveCustomerId(request.caller, request.body.customerId),
        command: { type: 'register', name, email },
        metadata: commandMetadata(runtime, 'register-customer', request),
        creates: true,
      });
      return {
        status: 201,
        headers: { etag: etagOf(version) },
        body: { customerId: aggregateId, version },
      };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
