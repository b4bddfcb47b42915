import * as z from 'zod';
import { isoDate } from '#api/fields.ts';
import { application, type ShopRuntime } from '#application';
import { toMajor } from '#domain/money.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { readSales } from '#read-model/sales.ts';

const MAX_DAYS = 92;

const query = z
  .strictObject({ from: isoDate, to: isoDate })
  .refine(({ from, to }) => from <= to, { path: ['from'], message: 'must not be after to' })
  .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < MAX_DAYS, {
    path: ['to'],
    message: `must be at most ${MAX_DAYS - 1} days after from`,
  });

/**
 * GET /sales?from=&to=: the numbers of each day (UTC) of a range, both ends included; zeros for a day without sales.
 * AWS calls: one batch get for each 25 days, at most four.
 */
export const createHandler = (runtime: ShopRuntime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query,
    async handle({ query: { from, to } }) {
      const currency = runtime.setting('CURRENCY');
      const sales = await readSales(runtime, daysBetween(from, to));
      const major = (minor: number) => toMajor(minor, currency);
      const days = Array.from(sales, ([date, counted]) => ({
        date,
        orders: counted.orders,
        ordered: major(counted.ordered),
        cancelled: counted.cancelled,
        cancelledAmount: major(counted.cancelledAmount),
        shipped: counted.shipped,
        captured: major(counted.captured),
        refunded: major(counted.refunded),
        revenue: major(counted.captured - counted.refunded),
      }));
      return { status: 200, body: { currency, days } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));

function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY_MS) {
    days.push(new Date(day).toISOString().slice(0, 10));
  }
  return days;
}
