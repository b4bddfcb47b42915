import * as z from 'zod';
import type { InventoryState } from '#domain/inventory/state.ts';
import type { CommandResult } from '#kit/event-store/decide-command.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import type { HttpResponse } from '#kit/http/response.ts';
import * as fields from './dto-fields.ts';

/** What a command on a SKU's stock answers. */
export const stockChanged = z
  .object({ sku: fields.sku, version: fields.version, onHand: fields.onHand, reserved: fields.reserved })
  .meta({ id: 'StockChanged' });

/** What a command on a SKU's stock answers. */
export const stockResponse = ({
  aggregateId: sku,
  version,
  state: { onHand, reserved },
}: CommandResult<InventoryState>): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(version) },
  body: { sku, version, onHand, reserved },
});
