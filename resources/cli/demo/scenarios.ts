import type { Caller } from './api.ts';

/** Who acts in a scenario: customers place and cancel; the shop ships; the payment provider reports. */
export interface Cast {
  /** A customer, registered under that name. */
  customer(name: string): Promise<Caller>;
  shop: Caller;
  /** Waits until an order's view satisfies the condition. */
  until(orderId: string, condition: (order: OrderAnswer) => boolean): Promise<OrderAnswer>;
  /** Distinguishes this run of the demo from others on the same data. */
  run: string;
}

export interface OrderAnswer {
  orderId: string;
  status: string;
  total: number;
  version: number;
  /** Payment, holds, shipment, delivery. */
  waitsFor: string[];
}

export interface Scenario {
  title: string;
  /** Answers with the order's id. */
  play(cast: Cast): Promise<string>;
}

// Of the catalogue with which the local run starts.
const tea = { sku: 'TEA-01', quantity: 2 };
const laptop = { sku: 'LAPTOP-14', quantity: 1 };
const camera = { sku: 'CAMERA-X', quantity: 2 };

const home = { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' };
const berlin = { line1: 'Invalidenstr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' };
const tokyo = { line1: '1-1 Chiyoda', city: 'Tokyo', postalCode: '100-0001', country: 'JP' };

export const scenarios: Scenario[] = [
  {
    title: 'small, paid, shipped, delivered',
    async play({ customer, shop, until, run }) {
      const ada = await customer('Ada');
      const order = await place(ada, [tea], home);
      await pay(shop, order, `${run}-small`);
      await until(order.orderId, isReadyToShip);
      const parcel = { carrier: 'UPS', trackingNumber: `1Z${run}` };
      await shop.post(`/orders/${order.orderId}/ship`, parcel, 200);
      await shop.post(`/orders/${order.orderId}/deliver`, {}, 200);
      return order.orderId;
    },
  },
  {
    title: 'over 1,000, paid',
    async play({ customer, shop, until, run }) {
      const order = await place(await customer('Grace'), [laptop], home);
      await pay(shop, order, `${run}-high`);
      await until(order.orderId, ({ status }) => status === 'paid');
      return order.orderId;
    },
  },
  {
    title: 'from abroad',
    play: async ({ customer }) => (await place(await customer('Alan'), [tea], berlin)).orderId,
  },
  {
    title: 'held by both, cleared, shipped',
    async play({ customer, shop, until, run }) {
      const { orderId, ...order } = await place(await customer('Hedy'), [camera], tokyo);
      await pay(shop, { orderId, ...order }, `${run}-held`);
      await until(orderId, ({ waitsFor }) => waitsFor.join() === 'fraud,customs');
      await shop.eventually(`/fraud-reviews/${orderId}/approve`, { note: 'a known collector' });
      await shop.eventually(`/customs-declarations/${orderId}/clear`, { note: 'papers are complete' });
      await until(orderId, isReadyToShip);
      await shop.post(`/orders/${orderId}/ship`, { carrier: 'DHL', trackingNumber: `JP${run}` }, 200);
      return orderId;
    },
  },
  {
    title: 'paid, then its review rejected',
    async play({ customer, shop, until, run }) {
      const { orderId, ...order } = await place(await customer('Lin'), [camera], home);
      await pay(shop, { orderId, ...order }, `${run}-rejected`);
      await until(orderId, ({ status }) => status === 'paid');
      await shop.eventually(`/fraud-reviews/${orderId}/reject`, { note: 'the card was stolen' });
      await until(orderId, ({ status }) => status === 'cancelled');
      return orderId;
    },
  },
  {
    title: 'cancelled by the customer',
    async play({ customer }) {
      const edsger = await customer('Edsger');
      const order = await place(edsger, [tea], home);
      await edsger.post(`/orders/${order.orderId}/cancel`, { reason: 'ordered twice' }, 200);
      return order.orderId;
    },
  },
  {
    title: 'paid, then cancelled: refunded',
    async play({ customer, shop, until, run }) {
      const barbara = await customer('Barbara');
      const order = await place(barbara, [tea, camera], home);
      await pay(shop, order, `${run}-refund`);
      await until(order.orderId, ({ status }) => status === 'paid');
      await barbara.post(`/orders/${order.orderId}/cancel`, { reason: 'found it cheaper' }, 200);
      return order.orderId;
    },
  },
  {
    title: 'payment declined',
    async play({ customer, shop, run }) {
      const order = await place(await customer('Niklaus'), [tea], home);
      const report = { outcome: 'declined', reason: 'insufficient funds' };
      await pay(shop, order, `${run}-declined`, report);
      return order.orderId;
    },
  },
  {
    title: 'out of stock: cancelled by us',
    async play({ customer, shop, until, run }) {
      const rare = { sku: `RARE-${run}`, quantity: 3 };
      await shop.put(`/products/${rare.sku}`, { name: 'First edition', price: 80 }, 200);
      await shop.post(`/inventory/${rare.sku}/receive`, { quantity: 2 }, 200);
      const order = await place(await customer('Donald'), [rare], home);
      await until(order.orderId, ({ status }) => status === 'cancelled');
      return order.orderId;
    },
  },
];

const isReadyToShip = ({ waitsFor }: OrderAnswer): boolean => waitsFor.join() === 'shipment';

const place = (customer: Caller, items: unknown[], shippingAddress: unknown): Promise<OrderAnswer> =>
  customer.post('/orders', { items, shippingAddress }, 201);

const pay = (
  shop: Caller,
  { orderId, total: amount }: OrderAnswer,
  reference: string,
  report: object = { outcome: 'captured' },
) => shop.post('/payments', { orderId, amount, reference, ...report }, 201);
