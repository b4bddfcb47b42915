import * as z from 'zod';

// Fields of answers, as a client sees them.

const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const asUuid = (description: string) => z.string().meta({ format: 'uuid', pattern: uuid, description });

export const orderId = asUuid('The order');
export const paymentId = asUuid('The payment');
export const eventId = asUuid('A UUIDv7: sorts by time');

export const customerId = z.string().min(1).meta({ description: "The customer: a token's `sub`" });
export const sku = z.string().min(1).meta({ description: 'The article' });

export const onHand = z.int().min(0).meta({ description: 'In the warehouse, what is reserved included' });
export const reserved = z.int().min(0).meta({ description: 'For orders that have not been shipped yet' });

export const version = z
  .int()
  .positive()
  .meta({ description: 'How many events its stream has; what `ETag` says' });

export const timestamp = z.iso
  .datetime({ precision: 3 })
  .meta({ id: 'Timestamp', description: 'ISO 8601 in UTC, with milliseconds' });

/** In major units. May be negative only where a sum is. */
export const money = z.number().min(0).meta({
  id: 'Money',
  description: 'In major units of the currency next to it (19.99), with no more decimals than that has',
});

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ id: 'Currency', description: 'ISO 4217' });

export const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .meta({ description: 'ISO 3166-1 alpha-2' });

/** What a list answers with beside its items. */
export const page = {
  cursor: z.string().optional().meta({
    description:
      'Where the list goes on: send it as `cursor`, the other parameters unchanged. Absent at the end. A page may be short, even empty, and still have one.',
  }),
};

export const exampleCursor = 'eyJsaXN0IjoiW1wib3JkZXJzXCIsbnVsbF0iLCJhdCI6IjIwMjYtMTEifQ';
