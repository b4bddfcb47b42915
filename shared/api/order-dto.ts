import * as z from 'zod';
import { HOLDS } from '#domain/order/events.ts';
import type { OrderStatus } from '#domain/order/state.ts';
import type { WaitsFor } from '#domain/order/view.ts';
import * as fields from './dto-fields.ts';

const orderStatus = z
  .enum(['pending', 'paid', 'shipped', 'delivered', 'cancelled'] satisfies OrderStatus[])
  .meta({
    id: 'OrderStatus',
    description: 'pending → paid → shipped → delivered; cancelled from pending or paid',
  });

export const orderItem = z
  .object({ sku: fields.sku, name: z.string(), quantity: z.int().positive(), unitPrice: fields.money })
  .meta({ id: 'OrderItem' });

const shippingAddress = z
  .object({
    line1: z.string(),
    line2: z.string().optional(),
    city: z.string(),
    postalCode: z.string(),
    country: fields.country,
  })
  .meta({ id: 'ShippingAddress' });

const reachedAt = fields.timestamp.optional();

/** An order as queries answer with it. */
export const order = z
  .object({
    orderId: fields.orderId,
    customerId: fields.customerId,
    customerName: z.string().optional().meta({ description: 'Absent where the customer never registered' }),
    items: z.array(orderItem).min(1),
    total: fields.money,
    paidAmount: fields.money,
    currency: fields.currency,
    status: orderStatus,
    paymentTerms: z.enum(['prepaid', 'invoice', 'none']),
    paymentDueAt: fields.timestamp.optional(),
    holds: z.array(z.enum(HOLDS)),
    waitsFor: z.array(z.enum(['payment', ...HOLDS, 'shipment', 'delivery'] satisfies WaitsFor[])),
    shippingAddress,
    shipment: z
      .object({ carrier: z.string(), trackingNumber: z.string() })
      .optional()
      .meta({ description: 'Once it is shipped' }),
    cancellation: z
      .object({
        reason: z.string().meta({
          description:
            '`payment_overdue`, `out_of_stock`, `fraud_rejected`, `customs_refused`, or the words of whoever cancelled it',
        }),
      })
      .optional()
      .meta({ description: 'Once it is cancelled' }),
    createdAt: fields.timestamp,
    updatedAt: fields.timestamp,
    paidAt: reachedAt,
    shippedAt: reachedAt,
    deliveredAt: reachedAt,
    cancelledAt: reachedAt,
    version: fields.version,
  })
  .meta({ id: 'Order' });

/** What a command on an order answers. */
export const orderChanged = z
  .object({ orderId: fields.orderId, version: fields.version, status: orderStatus })
  .meta({ id: 'OrderChanged' });

export const exampleOrderId = 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52';

const exampleItem = { sku: 'LAPTOP-14', name: 'Laptop 14"', quantity: 1, unitPrice: 1299 };

export const exampleAddress = {
  line1: '1 Main St',
  city: 'Springfield',
  postalCode: '01101',
  country: 'US',
};

export const exampleOrder = {
  orderId: exampleOrderId,
  customerId: 'ada',
  customerName: 'Ada Lovelace',
  items: [exampleItem],
  total: 1299,
  paidAmount: 1299,
  currency: 'USD',
  status: 'paid',
  paymentTerms: 'prepaid',
  paymentDueAt: '2026-11-24T09:00:00.000Z',
  holds: ['fraud'],
  waitsFor: ['fraud'],
  shippingAddress: exampleAddress,
  createdAt: '2026-11-23T09:00:00.000Z',
  updatedAt: '2026-11-23T09:00:02.417Z',
  paidAt: '2026-11-23T09:00:02.417Z',
  version: 2,
};
