import type { DomainEvent } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { notFound } from '#kit/http/problem.ts';
import type { Caller } from '#kit/http/request.ts';
import { canAccessCustomer } from './access.ts';

/**
 * Throws 404 for an order that there is not, or that is somebody else's and the caller lacks orders:manage. Strongly
 * consistent: whose order it is, is settled by its first event and never changes. AWS calls: one query of one item.
 */
export async function requireOwnOrder(runtime: Runtime, caller: Caller, orderId: string): Promise<void> {
  const [first] = await load<DomainEvent>(runtime, streamIdOf('order', orderId), { limit: 1 });
  if (first?.eventType !== 'OrderCreated' || !canAccessCustomer(caller, first.data.customerId)) {
    throw notFound('There is no such order.');
  }
}
