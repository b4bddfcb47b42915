import { minorDigits } from '#domain/money.ts';
import { createToken } from '#resources/cli/jwt.ts';

/** What everything carries that filling the catalogue sets off. Its log lines tell nobody anything. */
export const CATALOGUE_CORRELATION_ID = 'local-run-catalogue';

/** A small catalogue, so that the first order can be placed; `price` in major units, `stock` of what is tracked. */
const products = [
  { sku: 'TEA-01', name: 'Green tea, 100 g', price: 12.5, stock: 1_000 },
  { sku: 'MUG-01', name: 'Mug', price: 8, stock: 1_000 },
  { sku: 'LAPTOP-14', name: 'Laptop 14"', price: 1299, stock: 1_000 },
  { sku: 'CAMERA-X', name: 'Camera', price: 749.5, stock: 1_000 },
  { sku: 'GIFT-WRAP', name: 'Gift wrapping', price: 4.5 },
  // Of `npm run smoke`.
  { sku: 'smoke-test', name: 'Smoke test', price: 1 },
];

/**
 * Lists the products and receives their stock through the API at `url`, in the currency of the deployment. Once for the
 * data: under the same Idempotency-Key a further start with LOCAL_DATA_DIR changes nothing, and leaves what a person has
 * changed since. Throws where the API refuses.
 */
export async function fillCatalogue(url: string, currency: string): Promise<void> {
  const token = await createToken({ sub: 'local-run', scope: 'catalogue:manage inventory:write' });
  const send = async (method: string, path: string, body: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': 'local-run',
        'x-correlation-id': CATALOGUE_CORRELATION_ID,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    // The data was filled by another version of this file.
    if (answer.ok || text.includes(':idempotency-key-reused')) return;
    throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  };
  await Promise.all(
    products.map(async ({ sku, name, price, stock }) => {
      const rounded = Number(price.toFixed(minorDigits(currency)));
      await send('PUT', `/products/${sku}`, { name, price: rounded, tracked: stock !== undefined });
      if (stock) await send('POST', `/inventory/${sku}/receive`, { quantity: stock });
    }),
  );
}
