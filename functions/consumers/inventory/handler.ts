import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { createInTurn } from '#kit/messaging/keyed-mutex.ts';
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
