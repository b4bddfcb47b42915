import * as z from 'zod';
import * as fields from './dto-fields.ts';

/** What a command on a customer answers. */
export const customerChanged = z
  .object({ customerId: fields.customerId, version: fields.version })
  .meta({ id: 'CustomerChanged' });

/** A customer as queries answer with it. */
export const customer = z
  .object({
    customerId: fields.customerId,
    name: z.string(),
    email: z.string().meta({ description: 'Where notifications go' }),
    createdAt: fields.timestamp,
    updatedAt: fields.timestamp,
    version: fields.version,
  })
  .meta({ id: 'Customer' });
