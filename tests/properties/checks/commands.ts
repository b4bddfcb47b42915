import type { DomainEvent } from '#domain/index.ts';
import type { Sent } from '#tests/properties/simulator/clients.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

/** What was acknowledged is there, once; what was refused left nothing. */
export function checkCommands(history: History, sent: readonly Sent[], findings: Findings): void {
  const own = new Map<string, DomainEvent[]>();
  for (const event of history.events) {
    const { userId, correlationId } = event.metadata;
    if (userId.startsWith('consumer:')) continue;
    own.set(correlationId, [...(own.get(correlationId) ?? []), event]);
  }
  for (const command of sent) checkCommand(command, own.get(command.correlationId) ?? [], history, findings);
}

function checkCommand(
  command: Sent,
  events: readonly DomainEvent[],
  { streams }: History,
  findings: Findings,
): void {
  const name = `${command.function} ${command.correlationId}`;
  const statuses = [...new Set(command.answers.map(({ status }) => status))];
  if (new Set(events.map(({ eventType }) => eventType)).size !== events.length) {
    findings.add('doubled', `${name} left ${events.length} events`);
  }
  // Of two at once, one may be refused, and the other come a moment later, when it is not any more.
  const mayDiffer = command.doubled && (command.unsure || statuses.length > 1);
  if (!mayDiffer && statuses.length > 1) {
    findings.add('doubled', `${name} was answered ${statuses.join(' and ')}`);
  }
  if (!mayDiffer && events.length > 0 && statuses.some((status) => status >= 300)) {
    findings.add('doubled', `${name} was answered ${statuses[0]} and left an event`);
  }
  for (const { status, body } of command.answers) {
    if (status >= 300) continue;
    // To deliver what is delivered already holds; every other command of a client is new.
    if (events.length === 0 && command.function !== 'deliver-order') {
      findings.add('lost', `${name} was answered ${status} and left no event`);
    }
    const event = events.at(-1);
    if (event && event.version !== body.version) {
      findings.add('lost', `${name} was answered version ${body.version}, and is ${event.version}`);
    }
    const streamId = event?.streamId ?? `order-${body.orderId}`;
    if (Number(body.version) > (streams.get(streamId)?.length ?? 0)) {
      findings.add('lost', `${name} was answered version ${body.version} of ${streamId}, which has fewer`);
    }
  }
}
