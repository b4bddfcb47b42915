import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { describe, expect, jest, test } from '@jest/globals';
import { application } from '#application';
import { emailSenderOf } from '#functions/consumers/notifications/email-sender.ts';
import { createSesSender } from '#functions/consumers/notifications/ses-sender.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

const email = {
  audience: 'customer' as const,
  customerId: 'ada',
  orderId: 'o-1',
  subject: 'We have your order',
  text: 'Thank you.',
  eventId: '0192f000-0000-7000-8000-000000000001',
  eventType: 'OrderCreated',
  about: { eventType: 'OrderCreated', streamId: 'order-o-1', version: 1, correlationId: 'c-1' },
};

function ses(send = async (_: { input: unknown }): Promise<unknown> => ({})) {
  const logger = silentLogger();
  const warn = jest.spyOn(logger, 'warn');
  const runtime = createRuntime(application, { settings: { EMAIL_FROM: 'orders@example.com' }, logger });
  const sent: unknown[] = [];
  const client = {
    send: async (command: { input: unknown }) => {
      sent.push(command.input);
      return send(command);
    },
  } as unknown as SESv2Client;
  return { sender: createSesSender(runtime, async () => client), sent, warn };
}

describe('SES', () => {
  test('takes the email as plain text, tagged with its event', async () => {
    const { sender, sent } = ses();
    await sender.send({ ...email, to: 'ada@example.com' });
    expect(sent).toEqual([
      {
        FromEmailAddress: 'orders@example.com',
        Destination: { ToAddresses: ['ada@example.com'] },
        Content: {
          Simple: { Subject: { Data: 'We have your order' }, Body: { Text: { Data: 'Thank you.' } } },
        },
        EmailTags: [
          { Name: 'eventId', Value: email.eventId },
          { Name: 'eventType', Value: 'OrderCreated' },
        ],
      },
    ]);
  });

  test('is not asked where nobody knows an address; the log says so without an address or a name', async () => {
    const { sender, sent, warn } = ses();
    await sender.send(email);
    expect(sent).toEqual([]);
    const { about, eventId, customerId, orderId } = email;
    expect(warn.mock.calls).toEqual([['no address to send to', { ...about, eventId, customerId, orderId }]]);
  });

  test('may fail: the failure is the caller’s to handle', async () => {
    const { sender } = ses(async () => {
      throw new Error('throttled');
    });
    await expect(sender.send({ ...email, to: 'ada@example.com' })).rejects.toThrow('throttled');
  });
});

test('EMAIL_SENDER must name a sender that there is', () => {
  for (const EMAIL_SENDER of ['smtp', 'toString']) {
    expect(() => createRuntime(application, { settings: { EMAIL_SENDER } })).toThrow(
      'EMAIL_SENDER: Invalid option: expected one of "read-model"|"ses"',
    );
  }
  const senderOf = (EMAIL_SENDER: string) =>
    emailSenderOf(createRuntime(application, { settings: { EMAIL_SENDER } }));
  expect(senderOf('ses')).toEqual({ send: expect.any(Function) });
  expect(senderOf('read-model')).toBeUndefined();
});
