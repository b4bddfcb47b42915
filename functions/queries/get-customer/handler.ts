import * as z from 'zod';
import { canAccessCustomer } from '#api/access.ts';
import { customerId } from '#api/fields.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { notFound } from '#kit/http/problem.ts';
import { readCustomer } from '#read-model/customers.ts';

/**
 * GET /customers/{customerId}, as far as the view has got. To anyone but that customer and orders:manage, it does not
 * exist. AWS calls: one get, and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ customerId }),
    async handle({ params, caller }) {
      const isAllowed = canAccessCustomer(caller, params.customerId);
      const customer = isAllowed ? await readCustomer(runtime, params.customerId) : undefined;
      if (!customer) throw notFound('There is no such customer.');
      return { status: 200, body: customer, headers: { etag: etagOf(customer.version) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
