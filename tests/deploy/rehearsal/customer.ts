import type { Response, Stack } from './stack.ts';

/** Waits for what comes through stream, topic, queue and a function that starts cold. */
export const patient = { timeoutMs: 45_000, everyMs: 1_000 };

export const ORDER_SKU = 'LAPTOP-14';

/** `unitPrice`: the price that the customer saw; without it, whatever the catalogue says. */
export const orderOf = (country = 'US', unitPrice?: number) => ({
  items: [{ sku: ORDER_SKU, quantity: 1, ...(unitPrice !== undefined && { unitPrice }) }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country },
});

/** Places an order of the product, which costs this much from now on. Its id. */
export async function place({ request, staff }: Stack, price: number, country: string): Promise<string> {
  const product = { name: 'Laptop', price };
  await must(request('PUT', `/products/${ORDER_SKU}`, { body: product, as: staff }));
  return (await must(request('POST', '/orders', { body: orderOf(country, price) }))).body.orderId;
}

/** Throws an Error with the answer unless it is a 2xx. */
export async function must(sent: Promise<Response>): Promise<Response> {
  const response = await sent;
  if (response.status < 300) return response;
  throw new Error(`${response.status} ${JSON.stringify(response.body)}`);
}
