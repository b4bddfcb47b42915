import { messageOf } from '../../../functions/consumers/notifications/messages.ts';
import type { Mailbox } from '../simulator/mailbox.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

/**
 * One email for each event of which a customer is told. A second is the price of a provider that recognises no
 * repeat, and only where the function that sent the first was hit by a fault: it may have died before it noted it.
 */
export function checkEmails({ events }: History, mailbox: Mailbox, findings: Findings): void {
  const told = new Set(events.filter((event) => messageOf(event)).map(({ eventId }) => eventId));
  for (const { eventId, eventType, streamId, version } of events) {
    if (!told.has(eventId)) continue;
    const senders = mailbox.sendersOf(eventId);
    const hit = senders.filter(({ faults, early }) => faults > (early ? 1 : 0)).length;
    const what = `${eventType} ${streamId}@${version}`;
    if (senders.length === 0) findings.add('lost', `no email tells of ${what}`);
    if (senders.length > 1 + hit) {
      findings.add(
        'doubled',
        `${senders.length} emails tell of ${what}, ${hit} of them sent by a function in trouble`,
      );
    }
  }
  for (const eventId of mailbox.eventIds) {
    if (!told.has(eventId))
      findings.add('doubled', `an email tells of ${eventId}, of which nobody should be told`);
  }
}
