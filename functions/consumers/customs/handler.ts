import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { each } from '../../../shared/messaging/handle.ts';
import { customsDeclarationKey } from '../../../shared/read-model/keys.ts';
import { listingKeys } from '../../../shared/read-model/listing.ts';
import { putOnce } from '../../../shared/read-model/put-once.ts';
import { openDeclaration } from './declaration.ts';

/** Opens a declaration for each order that goes abroad, once. AWS calls: one conditional put a message. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(
    runtime,
    each(async (event) => {
      if (event.eventType !== 'OrderCreated') return;
      const declaration = openDeclaration(event);
      const { orderId, createdAt } = declaration;
      await putOnce(runtime, {
        ...customsDeclarationKey(orderId),
        ...listingKeys('CUSTOMS_DECLARATIONS', createdAt, orderId),
        ...declaration,
      });
    }),
  );

export const handler = createHandler(createRuntime());
