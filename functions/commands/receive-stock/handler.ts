import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { inventoryAggregate } from '../../../shared/domain/inventory/inventory.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { commandMetadata } from '../../../shared/http/command.ts';
import * as fields from '../../../shared/http/fields.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { etag } from '../../../shared/http/order-answer.ts';

/** POST /inventory/{sku}/receive. From its first receipt on a SKU is tracked. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'inventory:write',
    params: z.strictObject({ sku: fields.sku }),
    malformedParams: 422,
    body: z.strictObject({ quantity: fields.receivedQuantity }),
    async handle(request) {
      const { sku } = request.params;
      const { version, state } = await handleCommand(runtime, inventoryAggregate, {
        aggregateId: sku,
        command: { type: 'receive', sku, quantity: request.body.quantity },
        metadata: commandMetadata(runtime, 'receive-stock', request),
        expectedVersion: request.ifMatch,
      });
      const { onHand, reserved } = state;
      return { status: 200, headers: { etag: etag(version) }, body: { sku, version, onHand, reserved } };
    },
  });

export const handler = createHandler(createRuntime());
