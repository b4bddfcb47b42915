import { notifications } from '#functions/consumers/notifications/policy.ts';
import { reactsTo } from '#kit/events/policy.ts';
import type { Findings } from './findings.ts';
import type { Seen } from './seen.ts';

/**
 * One email for each event of which a customer is told. A second is the price of a provider that recognises no
 * repeat, and only where the function that sent the first was hit by a fault: it may have died before it noted it.
 */
export function checkEmails({ history: { events }, world }: Seen, findings: Findings): void {
  const { mailbox } = world.functions;
  const told = new Set(
    events.filter((event) => reactsTo(notifications, event)).map(({ eventId }) => eventId),
  );
  for (const { eventId, eventType, streamId, version } of events) {
    if (!told.has(eventId)) continue;
    const senders = mailbox.sendersOf(eventId);
    const what = `${eventType} ${streamId}@${version}`;
    if (senders.length === 0) findings.add('lost', `no email tells of ${what}`);
    if (senders.length < 2) continue;
    const hit = senders.filter(({ faults, early }) => faults > (early ? 1 : 0));
    if (senders.length > 1 + hit.length) {
      const trouble = `${hit.length} of them sent by a function in trouble`;
      findings.add('doubled', `${senders.length} emails tell of ${what}, ${trouble}`);
    }
  }
  for (const eventId of mailbox.eventIds) {
    if (!told.has(eventId))
      findings.add('doubled', `an email tells of ${eventId}, of which nobody should be told`);
  }
}
