import { randomUUID } from 'node:crypto';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { Hold } from '#domain/order/events.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';

/** Releases holds of an order, where nobody who would do so is running. */
export async function releaseHolds(
  runtime: Runtime,
  orderId: string,
  holds: readonly Hold[] = ['fraud', 'customs'],
): Promise<void> {
  for (const hold of holds) {
    await handleCommand(runtime, orderAggregate, {
      aggregateId: orderId,
      command: { type: 'releaseHold', hold, by: 'test' },
      metadata: { userId: 'test', correlationId: 'c', causationId: 'e', commandId: randomUUID() },
    });
  }
}
