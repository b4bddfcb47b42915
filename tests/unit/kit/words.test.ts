import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const KIT = resolve(import.meta.dirname, '../../../shared/kit');

/** Words of the shop that is delivered with the kit. */
const SHOP =
  /^(orderstreams?|orders?|customers?|customs|payments?|paid|refund(s|ed)?|skus?|stock|inventory|sales|shops?|fraud|shipments?|shipp?(ed|ing)?|catalogue|products?|carts?|prices?|currency)$/i;

/** Where `order` means the sequence of things. */
const SEQUENCE = /\b(in (any|its|no|that|the|this) order|in order to|(whatever )?the order of)\b/g;

/** The words of a text; those of `placeOrder` and of `order_not_paid` are told apart. */
const wordsOf = (text: string): string[] =>
  text
    .replace(SEQUENCE, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/);

const wordsOfTheShop = (text: string): string[] => wordsOf(text).filter((word) => SHOP.test(word));

test('No file of the kit says a word of the shop, in its name, in code or in comments', () => {
  const files = globSync('**/*', { cwd: KIT }).filter((file) => /\.\w+$/.test(file));
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => {
    const text = readFileSync(resolve(KIT, file), 'utf8');
    return [file, ...text.split('\n')].flatMap((line, index) =>
      wordsOfTheShop(line).map((word) => `${file}:${index} ${word}`),
    );
  });
  expect(found).toEqual([]);
});

test.each([
  'placeOrder',
  'order_not_paid',
  'OrderCreated',
  'a customer-ada',
  'SKU',
  'urn:orderstream:x',
  'the order',
])('%s would be found', (text) => {
  expect(wordsOfTheShop(text)).not.toEqual([]);
});

test.each(['in any order', 'in order to', 'the order of its keys', 'an ordered list', 'the stockist'])(
  '%s is no word of the shop',
  (text) => {
    expect(wordsOfTheShop(text)).toEqual([]);
  },
);
