import * as z from 'zod';
import * as fields from './dto-fields.ts';

export const notification = z
  .object({
    to: z.string().optional().meta({
      description: 'Absent where the customer never registered: then no email could be sent',
    }),
    audience: z
      .enum(['customer', 'staff'])
      .optional()
      .meta({ description: 'Absent in messages of earlier releases, which are to customers' }),
    customerId: fields.customerId.optional().meta({ description: 'Absent in a message to staff' }),
    orderId: fields.orderId,
    subject: z.string(),
    text: z.string(),
    eventId: fields.eventId,
    eventType: z.string().meta({ description: 'The event that it tells of' }),
    sentAt: fields.timestamp.meta({ description: 'When it was recorded, right after it was sent' }),
  })
  .meta({ id: 'Notification' });

export const exampleNotification = {
  to: 'ada@example.com',
  audience: 'customer',
  customerId: 'ada',
  orderId: 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
  subject: 'Your order',
  text: 'Thank you for your order.',
  eventId: '019ab0c5-7f0a-7c3e-9a51-0f6d5b8f2e11',
  eventType: 'OrderCreated',
  sentAt: '2026-11-23T09:00:01.000Z',
};
