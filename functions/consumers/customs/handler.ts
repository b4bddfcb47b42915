import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { customsDeclarationKey } from '#read-model/keys.ts';
import { listingKeys } from '#read-model/listing.ts';
import { openDeclaration } from './declaration.ts';

/** Opens a declaration for each order that goes abroad, once. AWS calls: one conditional put a message. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(
    runtime,
    each(async (event: DomainEvent) => {
      if (event.eventType !== 'OrderCreated') return;
      const declaration = openDeclaration(event);
      const { orderId, createdAt } = declaration;
      await putIfAbsent(runtime, {
        ...customsDeclarationKey(orderId),
        ...listingKeys('CUSTOMS_DECLARATIONS', createdAt, orderId),
        ...declaration,
      });
    }),
  );

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
