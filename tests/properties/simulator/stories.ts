import { captureIdOf, type Outcome } from '#domain/payment/events.ts';
import type { Answer, Clients } from './clients.ts';
import type { Random } from './random.ts';

const CUSTOMERS = ['ada', 'bob', 'cyd', 'dee', 'eve'];
/** Plenty, too few, so few that most orders of it fail, one that orders wait for, and one that has no stock. */
const STOCK: Record<string, number> = { MUG: 10_000, PEN: 60, RARE: 4, LATER: 30, EBOOK: 0 };
const CHANGES: Record<string, object> = { LATER: { backorder: true }, EBOOK: { tracked: false } };
const SKUS = Object.keys(STOCK);
const COUNTRIES = ['US', 'US', 'DE', 'FR', 'JP'];
const PRICES: Record<string, number> = { MUG: 12.5, PEN: 4.99, RARE: 1000, LATER: 400, EBOOK: 999.99 };

/** What happens to an order, as far as its people want. */
const PLOTS = [
  'delivered',
  'delivered',
  'delivered',
  'paid twice',
  'declined first',
  'cancelled at once',
  'cancelled after payment',
  'cancelled while shipped',
  'never paid',
  'paid at the deadline',
  'refunded by hand',
  'paid in parts',
  'paid too much',
  'declined, then captured',
  'refund came back',
  'charged back',
] as const;

type Plot = (typeof PLOTS)[number];

/** What can be ordered, before anything else happens. */
export async function listCatalogue(clients: Clients): Promise<void> {
  const list = (sku: string) => {
    const body = { name: `Thing ${sku}`, price: PRICES[sku], ...CHANGES[sku] };
    return clients.send('list-product', { parameters: { sku }, body, keyed: true });
  };
  await Promise.all(SKUS.map(list));
}

/** Who is there before the first order: customers, and stock of what is tracked. */
export async function openShop(clients: Clients, random: Random): Promise<void> {
  await Promise.all([
    ...CUSTOMERS.map(async (customer) => {
      await clients.pause(random.between(0, 20_000));
      // Twice, under two keys: one of the two must fail.
      const body = { name: `${customer} 0`, email: `${customer}@example.com` };
      const register = () => clients.send('register-customer', { user: customer, body });
      await Promise.all(random.hits(0.3) ? [register(), register()] : [register()]);
      for (let index = 1; random.hits(0.5); index++) {
        await clients.pause(random.between(0, 120_000));
        const name = { name: `${customer} ${index}` };
        const email = { email: `${customer}.${index}@example.com` };
        await clients.send('change-customer', {
          user: customer,
          parameters: { customerId: customer },
          body: random.pick([name, email, { ...name, ...email }]),
        });
      }
    }),
    ...SKUS.map(async (sku) => {
      // Another price each time: what a product has already leaves no event.
      for (let price = random.between(1, 500); random.hits(0.7); price++) {
        await clients.pause(random.between(0, 90_000));
        const body = { name: `${sku} at ${price}`, price };
        await clients.send('list-product', { parameters: { sku: `${sku}-LIMITED` }, body });
      }
      if (!random.hits(0.3)) return;
      await clients.send('withdraw-product', { parameters: { sku: `${sku}-LIMITED` } });
    }),
    ...SKUS.map(async (sku) => {
      for (let left = STOCK[sku] ?? 0; left > 0; ) {
        const quantity = Math.min(left, random.between(1, Math.ceil((STOCK[sku] ?? 0) / 2)));
        left -= quantity;
        await clients.send('receive-stock', { parameters: { sku }, body: { quantity } });
        await clients.pause(random.between(0, 90_000));
        if (!random.hits(0.3)) continue;
        const by = random.pick([-1, 1]);
        await clients.send('adjust-stock', { parameters: { sku }, body: { by, reason: 'counted' } });
      }
    }),
  ]);
}

/** One order, from its placing to its end, with everybody in a hurry. */
export async function orderStory(clients: Clients, random: Random): Promise<void> {
  await clients.pause(random.between(0, 240_000));
  const customer = random.pick(CUSTOMERS);
  const items = Array.from({ length: random.between(1, 3) }, () => ({
    sku: random.pick(SKUS),
    quantity: random.between(1, 3),
  }));
  const shippingAddress = {
    line1: '1 Main St',
    city: 'Town',
    postalCode: '1',
    country: random.pick(COUNTRIES),
  };
  const placed = await clients.send('place-order', { user: customer, body: { items, shippingAddress } });
  if (placed?.status !== 201) return;
  const orderId = String(placed.body.orderId);
  const amount = Number(placed.body.total);
  const order = new Order(clients, random, orderId, customer, amount, shippingAddress.country);
  const plot = random.pick(PLOTS);

  if (plot === 'never paid') return;
  if (plot === 'cancelled at once') return void (await order.cancel());
  if (plot === 'declined first') await order.pay('declined');
  // Six minutes in the simulation.
  if (plot === 'paid at the deadline') await clients.pause(random.between(357_000, 366_000));
  await order.hesitate();
  const payments = await order.payAs(plot);
  if (plot === 'cancelled after payment') return void (await order.cancel());
  if (plot === 'refunded by hand') return void (await order.refund(payments[0]));
  if (plot === 'refund came back') {
    await order.refund(payments[0]);
    return void (await order.report('refund_failed'));
  }
  if (plot === 'charged back') {
    await order.report('charged_back');
    if (random.hits(0.3)) await order.contradict();
    return;
  }
  const decided = order.decide();
  if (plot === 'cancelled while shipped') await Promise.all([order.shipWhenPaid(), order.cancel()]);
  else await order.shipWhenPaid();
  await decided;
  await Promise.all([order.deliver(), ...(random.hits(0.2) ? [order.deliver(), order.cancel()] : [])]);
}

/** One of many orders of the same SKU in the same second, half of which are cancelled soon. */
export async function rushStory(clients: Clients, random: Random): Promise<void> {
  await clients.pause(100_000 + random.between(0, 1_000));
  const shippingAddress = { line1: '1 Main St', city: 'Town', postalCode: '1', country: 'US' };
  const body = { items: [{ sku: 'MUG', quantity: 1 }], shippingAddress };
  const customer = random.pick(CUSTOMERS);
  const placed = await clients.send('place-order', { user: customer, body });
  if (placed?.status !== 201 || random.hits(0.5)) return;
  const { orderId, total } = placed.body;
  const order = new Order(clients, random, String(orderId), customer, Number(total), 'US');
  await order.cancel();
}

class Order {
  readonly #clients: Clients;
  readonly #random: Random;
  readonly #parameters: { orderId: string };
  readonly #customer: string;
  readonly #amount: number;
  readonly #country: string;
  #steps = 0;
  /** The reference of the newest payment. */
  #paidAs = 0;

  constructor(
    clients: Clients,
    random: Random,
    orderId: string,
    customer: string,
    amount: number,
    country: string,
  ) {
    this.#clients = clients;
    this.#random = random;
    this.#parameters = { orderId };
    this.#customer = customer;
    this.#amount = amount;
    this.#country = country;
  }

  hesitate(): Promise<void> {
    return this.#clients.pause(this.#random.hits(0.3) ? 0 : this.#random.between(0, 30_000));
  }

  async pay(outcome: 'captured' | 'declined' = 'captured'): Promise<Answer | undefined> {
    return this.#record(outcome, this.#amount, this.#steps++);
  }

  /** All of a plot's captures at once. */
  payAs(plot: Plot): Promise<(Answer | undefined)[]> {
    const capture = (amount: number, reference: number) => this.#record('captured', amount, reference);
    switch (plot) {
      case 'paid twice':
        return Promise.all([this.pay(), this.pay()]);
      case 'paid in parts': {
        const part = Math.floor(this.#amount * 40) / 100;
        const rest = Math.round((this.#amount - part) * 100) / 100;
        const reference = this.#steps++;
        // Of one payment, or of two.
        const other = this.#random.hits(0.5) ? reference : this.#steps++;
        return Promise.all([capture(part, reference), capture(rest, other)]);
      }
      case 'paid too much':
        return Promise.all([capture(this.#amount + 5, this.#steps++)]);
      case 'declined, then captured': {
        const reference = this.#steps++;
        return Promise.all([
          this.#record('declined', this.#amount, reference),
          capture(this.#amount, reference),
        ]);
      }
      default:
        return Promise.all([this.pay()]);
    }
  }

  /** What the provider reports of the newest payment, late or early. */
  async report(outcome: 'refund_failed' | 'charged_back'): Promise<void> {
    await this.hesitate();
    await this.#record(outcome, this.#amount, this.#paidAs);
  }

  /** The newest payment's capture is reported with another amount, and somebody looks at it. */
  async contradict(): Promise<void> {
    await this.hesitate();
    const reference = `${this.#parameters.orderId}-${this.#paidAs}`;
    const reportId = captureIdOf(reference, Math.round(this.#amount * 100));
    const answer = await this.#record('captured', this.#amount + 1, this.#paidAs, { reportId });
    if (answer?.body.parked === undefined) return;
    const parameters = { paymentId: String(answer.body.paymentId) };
    const body = { reportId, note: `looked at ${this.#steps++}` };
    await this.#clients.send('resolve-payment-report', { parameters, body });
  }

  #record(
    outcome: Outcome,
    amount: number,
    reference: number,
    named: { reportId?: string } = {},
  ): Promise<Answer | undefined> {
    const { orderId } = this.#parameters;
    this.#paidAs = reference;
    const body = { orderId, amount, reference: `${orderId}-${reference}`, outcome, ...named };
    return this.#clients.send('record-payment', { body });
  }

  async refund(payment: Answer | undefined): Promise<void> {
    if (payment?.status !== 201) return;
    await this.hesitate();
    const parameters = { paymentId: String(payment.body.paymentId) };
    await this.#clients.send('refund-payment', { parameters, body: { reason: `by hand ${this.#steps++}` } });
  }

  async cancel(): Promise<void> {
    await this.hesitate();
    const body = { reason: `changed my mind ${this.#steps++}` };
    await this.#clients.send('cancel-order', { user: this.#customer, parameters: this.#parameters, body });
  }

  /** Staff decide on what holds the order, most often in its favour; now and then two of them at once. */
  async decide(): Promise<void> {
    await Promise.all([
      ...(this.#amount >= 1_000 ? [this.#decide('approve-fraud-review', 'reject-fraud-review')] : []),
      ...(this.#country === 'US'
        ? []
        : [this.#decide('clear-customs-declaration', 'refuse-customs-declaration')]),
    ]);
  }

  async #decide(allow: string, refuse: string): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.#clients.pause(this.#random.between(500, 5_000 * 3 ** attempt));
      const send = () =>
        this.#clients.send(this.#random.hits(0.85) ? allow : refuse, {
          parameters: this.#parameters,
          body: { note: `decision ${this.#steps++}` },
        });
      const [answer] = await Promise.all(this.#random.hits(0.1) ? [send(), send()] : [send()]);
      // Not found: its consumer has not opened it yet.
      if (answer && answer.status !== 404) return;
    }
  }

  async shipWhenPaid(): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.#clients.pause(this.#random.between(500, 10_000 * 3 ** attempt));
      const body = { carrier: 'UPS', trackingNumber: `T${this.#steps++}` };
      // Now and then with an If-Match, that may be right or wrong.
      const ifMatch = this.#random.hits(0.2) ? { ifMatch: 2 } : {};
      const answer = await this.#clients.send('ship-order', {
        parameters: this.#parameters,
        body,
        ...ifMatch,
      });
      const rule = answer?.body.rule;
      if (answer && rule !== 'order_not_paid' && rule !== 'order_on_hold') return;
    }
  }

  async deliver(): Promise<void> {
    await this.hesitate();
    await this.#clients.send('deliver-order', { parameters: this.#parameters });
  }
}
