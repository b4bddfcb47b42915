import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import { available } from '#domain/inventory/state.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { quantitiesBySku } from '#domain/order/quantities.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';
import type { Seen } from './seen.ts';

/** What became of one order in the stock of one SKU. */
interface Booked {
  reserved: number;
  released: number;
  issued: number;
  backordered: number;
  /** Of what was back ordered: filled, or ended by a cancellation. */
  settled: number;
  /** How often it was reserved, at its turn or later. */
  times: number;
}

/**
 * Stock: an order reserves each SKU once; what is cancelled holds nothing, what is shipped took exactly its own with it,
 * and what still waits for stock waits for more than there is.
 */
export function checkReservations({ history }: Seen, findings: Findings): void {
  const booked = bookedByOrder(history);
  const left = new Map(
    history.streamsOf('inventory').map((stream) => {
      const state = (stream as never[]).reduce(inventoryAggregate.evolve, inventoryAggregate.initialState);
      return [stream[0]?.aggregateId, available(state)];
    }),
  );
  for (const stream of history.streamsOf('order')) {
    const [created] = stream;
    if (created?.eventType !== 'OrderCreated') continue;
    const orderId = created.aggregateId;
    const order = (stream as never[]).reduce(orderAggregate.evolve, orderAggregate.initialState);
    if (order.status === 'none') continue;
    const waitsForStock = order.status !== 'cancelled' && order.holds.includes('stock');
    let waiting = 0;
    for (const { sku, quantity } of quantitiesBySku(created.data.items)) {
      const name = `order ${orderId}, ${order.status}, ${quantity} ${sku}`;
      const own = booked.get(`${orderId}|${sku}`) ?? NOTHING;
      const held = own.reserved - own.released - own.issued;
      const waits = own.backordered - own.settled;
      const isTracked = created.data.items.some((item) => item.sku === sku && item.tracked);
      if (own.times > 1) findings.add('doubled', `${name}: reserved ${own.times} times`);
      if (!isTracked && own !== NOTHING) findings.add('doubled', `${name}: not tracked, and in the books`);
      if (!isTracked) continue;
      if (waits > 0) waiting++;
      if (order.status === 'cancelled' && (held !== 0 || waits !== 0))
        findings.add('lost', `${name}: still holds ${held} and waits for ${waits}`);
      if (
        (order.status === 'shipped' || order.status === 'delivered') &&
        (held !== 0 || own.issued !== quantity)
      )
        findings.add('lost', `${name}: took ${own.issued} with it and left ${held}`);
      if ((order.status === 'pending' || order.status === 'paid') && held !== quantity && waits !== quantity)
        findings.add('lost', `${name}: holds ${held} and waits for ${waits}`);
      if (waits > 0 && waits <= (left.get(sku) ?? 0))
        findings.add('lost', `${name}: waits for ${waits}, of which there are ${left.get(sku)}`);
    }
    if (waitsForStock && waiting === 0)
      findings.add('lost', `order ${orderId} has its stock, and is held for it`);
  }
}

const NOTHING: Booked = { reserved: 0, released: 0, issued: 0, backordered: 0, settled: 0, times: 0 };

function bookedByOrder(history: History): Map<string, Booked> {
  const booked = new Map<string, Booked>();
  for (const event of history.streamsOf('inventory').flat()) {
    const { eventType } = event;
    if (eventType === 'StockReceived' || eventType === 'StockAdjusted' || eventType === 'StockRejected')
      continue;
    for (const { orderId, quantity } of event.data.orders) {
      const key = `${orderId}|${event.data.sku}`;
      const one = booked.get(key) ?? { ...NOTHING };
      booked.set(key, one);
      switch (eventType) {
        case 'StockReserved':
          one.reserved += quantity;
          one.times++;
          break;
        case 'BackorderFilled':
          one.reserved += quantity;
          one.settled += quantity;
          one.times++;
          break;
        case 'StockReleased':
          one.released += quantity;
          break;
        case 'StockIssued':
          one.issued += quantity;
          break;
        case 'StockBackordered':
          one.backordered += quantity;
          break;
        case 'BackorderCancelled':
          one.settled += quantity;
          break;
      }
    }
  }
  return booked;
}
