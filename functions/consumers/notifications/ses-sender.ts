import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { ShopRuntime } from '#application';
import type { EmailSender } from './email.ts';

/**
 * Sends through SES. SES has no way to recognise a repeat, so the SDK does not repeat by itself: only the consumer
 * does, and only what was not confirmed. `clientOf` takes the client's place in a test.
 */
export function createSesSender(
  runtime: ShopRuntime,
  clientOf: () => Promise<Pick<SESv2Client, 'send'>> = createClient,
): EmailSender {
  let client: Promise<Pick<SESv2Client, 'send'>> | undefined;
  return {
    async send({ to, customerId, orderId, subject, text, eventId, eventType, about }) {
      if (to === undefined) {
        runtime.logger.warn('no address to send to', { ...about, eventId, customerId, orderId });
        return;
      }
      client ??= clientOf();
      const { SendEmailCommand } = await import('@aws-sdk/client-sesv2');
      await (await client).send(
        new SendEmailCommand({
          FromEmailAddress: runtime.setting('EMAIL_FROM'),
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: text } } } },
          EmailTags: [
            { Name: 'eventId', Value: eventId },
            { Name: 'eventType', Value: eventType },
          ],
        }),
      );
    },
  };
}

// Loaded where mail is really sent, and nowhere else: it is the largest part of this function.
async function createClient(): Promise<SESv2Client> {
  const { SESv2Client } = await import('@aws-sdk/client-sesv2');
  return new SESv2Client({ maxAttempts: 1 });
}
