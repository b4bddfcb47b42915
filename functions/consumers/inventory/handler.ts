import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { each } from '../../../shared/messaging/handle.ts';
import { createInTurn } from '../../../shared/messaging/in-turn.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

/** Keeps an order's stock: reserves it when the order is placed, gives it back when the order is cancelled. */
export const createHandler = (runtime: Runtime) => {
  const inTurn = createInTurn();
  return createConsumer(
    runtime,
    each(async (event) => {
      if (event.eventType === 'OrderCreated') await reserveStock(runtime, inTurn, event);
      if (event.eventType === 'OrderCancelled') await releaseStock(runtime, inTurn, event);
    }),
  );
};

export const handler = createHandler(createRuntime());
