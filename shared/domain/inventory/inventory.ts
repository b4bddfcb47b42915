import type { Aggregate } from '#kit/events/aggregate.ts';
import { decide, type InventoryCommand } from './decide.ts';
import type { InventoryEvent } from './events.ts';
import { evolve, type InventoryState, reservationOf } from './evolve.ts';

export type { InventoryCommand, InventoryEvent, InventoryState };
export { reservationOf };

/** The stock of one SKU; the SKU is the aggregate's id. */
export const inventoryAggregate: Aggregate<InventoryState, InventoryCommand, InventoryEvent> = {
  type: 'inventory',
  initialState: { tracked: false, onHand: 0, reserved: 0, reservations: undefined },
  decide,
  evolve,
};
