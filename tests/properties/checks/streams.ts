import { application } from '#application';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

/** Versions 1…n, event ids and commands once in a stream, and every history one that the rules allow. */
export function checkStreams({ streams, events }: History, findings: Findings): void {
  for (const [streamId, stream] of streams) {
    stream.forEach(({ version }, index) => {
      if (version !== index + 1) findings.add('lost', `${streamId} has no version ${index + 1}`);
    });
    // One command may leave events of several types.
    const commands = new Set(stream.map(({ metadata, eventType }) => `${metadata.commandId} ${eventType}`));
    if (commands.size !== stream.length) findings.add('doubled', `${streamId} holds a command twice`);
    try {
      application.registry.fold(stream[0]?.aggregateType ?? '', stream);
    } catch (error) {
      findings.add('doubled', `${streamId} has an impossible history: ${(error as Error).message}`);
    }
  }
  const ids = new Set(events.map(({ eventId }) => eventId));
  if (ids.size !== events.length)
    findings.add('doubled', `${events.length - ids.size} event ids are not unique`);
}
