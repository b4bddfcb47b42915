import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { createKeyedMutex } from '#kit/messaging/keyed-mutex.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

/** Keeps an order's stock: reserves it when the order is placed, gives it back when the order is cancelled. */
export const createHandler = (runtime: Runtime) => {
  const withLock = createKeyedMutex();
  return createConsumer(
    runtime,
    each(async (event: DomainEvent) => {
      if (event.eventType === 'OrderCreated') await reserveStock(runtime, withLock, event);
      if (event.eventType === 'OrderCancelled') await releaseStock(runtime, withLock, event);
    }),
  );
};

export const handler = createHandler(createRuntime(application));
