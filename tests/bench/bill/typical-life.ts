import { randomOf } from '#tests/properties/simulator/random.ts';
import type { Sent } from '#tests/support/http-event.ts';
import type { BillWorld } from './bill-world.ts';

const STAFF = 'orders:manage payments:write inventory:write catalogue:manage reviews:decide customs:decide';
const SKUS = 40;

interface Plan {
  customer: string;
  body: object;
  isCancelled: boolean;
  isHigh: boolean;
  isAbroad: boolean;
  isDeclinedFirst: boolean;
}

/** What is done to an order, one after the other; between two of them everything comes to rest. */
type Step = (world: BillWorld, order: Order) => Promise<void>;

interface Order extends Plan {
  orderId: string;
  total: number;
}

/**
 * Orders of a typical shop: 1 to 3 items, 16 % go abroad, 11 % have a high value, 8 % are cancelled, 5 % have a declined payment first. Each
 * is placed, paid, shipped and delivered, and read three times. Under load all orders take a step before the next one; at a trickle
 * a request comes every five seconds, and by then all is at rest but what waits in a batching window.
 */
export async function typicalLife(world: BillWorld, count: number, isTrickle: boolean): Promise<void> {
  await open(world, count);
  await world.settle();
  world.meter.reset();
  const plans = plan(count);
  const rest = async () => {
    if (isTrickle) await world.pass(5_000);
    else world.advance(20);
  };
  const orders: Order[] = [];
  for (const one of plans) {
    const { status, body } = await world.request('place-order', { sub: one.customer, body: one.body });
    if (status !== 201) throw new Error(`an order was refused: ${JSON.stringify(body)}`);
    orders.push({ ...one, orderId: body.orderId, total: body.total });
    await rest();
  }
  await world.settle();
  for (const step of STEPS) {
    world.advance(60_000);
    for (const order of orders) {
      await step(world, order);
      await rest();
    }
    await world.settle();
  }
}

/** Customers, products and stock: there before the first order, and not counted. */
async function open(world: BillWorld, count: number): Promise<void> {
  for (let index = 0; index < Math.ceil(count / 3); index++) {
    const body = { name: `Customer ${index}`, email: `customer-${index}@example.com` };
    await world.request('register-customer', { sub: customerOf(index), body });
  }
  for (let index = 0; index < SKUS; index++) {
    const params = { sku: skuOf(index) };
    if (world.has('list-product')) {
      await world.request('list-product', {
        scope: STAFF,
        params,
        body: { name: nameOf(index), price: priceOf(index) },
      });
    }
    await world.request('receive-stock', { scope: STAFF, params, body: { quantity: 100_000 } });
  }
}

const customerOf = (index: number): string => `0192f5c1-7a3b-7c4d-8e5f-${String(index).padStart(12, '0')}`;
const skuOf = (index: number): string => `TEA-ASSAM-${String(index).padStart(3, '0')}`;
const nameOf = (index: number): string => `Assam second flush ${index}`;
const priceOf = (index: number): number => (index < 4 ? 1_200 : 4.5 + index);

function plan(count: number): Plan[] {
  const random = randomOf(7, 'life');
  return Array.from({ length: count }, (_, index) => {
    const isHigh = isShare(index, 11);
    const skus = random
      .shuffle(Array.from({ length: SKUS - 4 }, (__, sku) => sku + 4))
      .slice(0, random.between(1, 3));
    if (isHigh) skus[0] = random.between(0, 3);
    const items = skus.map((sku) => ({
      sku: skuOf(sku),
      quantity: isHigh ? 1 : random.between(1, 2),
      unitPrice: priceOf(sku),
    }));
    const isAbroad = isShare(index + 3, 16);
    const country = isAbroad ? 'DE' : 'US';
    const shippingAddress = { line1: '12 Station Road', city: 'Springfield', postalCode: '01101', country };
    return {
      customer: customerOf(random.between(0, Math.ceil(count / 3) - 1)),
      body: { items, shippingAddress },
      isHigh,
      isAbroad,
      isCancelled: isShare(index + 5, 8),
      isDeclinedFirst: isShare(index + 7, 5),
    };
  });
}

/** So many of a hundred, evenly. */
const isShare = (index: number, percent: number): boolean =>
  Math.floor(((index + 1) * percent) / 100) > Math.floor((index * percent) / 100);

/** Where nobody can decide a review yet, what it holds stays where it is. */
const hasDecisions = (world: BillWorld): boolean => world.has('approve-fraud-review');
const statuses = (world: BillWorld): number[] => (hasDecisions(world) ? [200] : [200, 409]);

const pay =
  (outcome: 'captured' | 'declined', reference: string): Step =>
  async (world, { orderId, total }) => {
    const body = { orderId, amount: total, reference: `${reference}-${orderId}`, outcome };
    await expect(world, 'record-payment', { scope: STAFF, body }, [201]);
  };

const read =
  (name: string, sent: (order: Order) => Sent): Step =>
  async (world, order) =>
    expect(world, name, sent(order), [200]);

const STEPS: Step[] = [
  read('get-order', ({ customer, orderId }) => ({ sub: customer, params: { orderId } })),
  async (world, order) => {
    if (order.isDeclinedFirst) await pay('declined', 'first')(world, order);
  },
  async (world, order) => {
    if (!order.isCancelled) await pay('captured', 'second')(world, order);
  },
  read('list-customer-orders', ({ customer }) => ({ sub: customer, params: { customerId: customer } })),
  async (world, { isCancelled, orderId, customer }) => {
    const params = { orderId };
    if (isCancelled) {
      await expect(
        world,
        'cancel-order',
        { sub: customer, params, body: { reason: 'I changed my mind' } },
        [200],
      );
    }
  },
  async (world, { isCancelled, isHigh, isAbroad, orderId }) => {
    const sent = { scope: STAFF, params: { orderId }, body: { note: 'Looks right' } };
    if (isCancelled || !hasDecisions(world)) return;
    if (isHigh) await expect(world, 'approve-fraud-review', sent, [200]);
    if (isAbroad) await expect(world, 'clear-customs-declaration', sent, [200]);
  },
  async (world, { isCancelled, orderId }) => {
    const params = { orderId };
    const body = { carrier: 'UPS', trackingNumber: '1Z999AA10123456784' };
    if (!isCancelled) await expect(world, 'ship-order', { scope: STAFF, params, body }, statuses(world));
  },
  read('get-order', ({ customer, orderId }) => ({ sub: customer, params: { orderId } })),
  async (world, { isCancelled, orderId }) => {
    const params = { orderId };
    if (!isCancelled)
      await expect(world, 'deliver-order', { scope: STAFF, params, body: {} }, statuses(world));
  },
];

async function expect(
  world: BillWorld,
  name: string,
  sent: Sent,
  statuses: readonly number[],
): Promise<void> {
  const { status, body } = await world.request(name, sent);
  if (!statuses.includes(status)) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
}
