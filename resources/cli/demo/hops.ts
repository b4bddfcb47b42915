import { readHops } from '#resources/local/hop-file.ts';

/** What became of one event at one consumer. */
export type Outcome = 'handled' | 'dead letter';

/** A line of the local run's hop file: the functions' log lines, as far as they tell of an event's way. */
interface Hop {
  hop: string;
  consumer?: string;
  message: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
}

/** An event of the demo, or a poison message (which has no type that can be trusted, and no stream). */
export interface Way {
  eventType: string;
  /** Consumer → what became of the event there. */
  outcomes: Map<string, Outcome>;
}

/** What the functions of this run have logged so far of the events under each correlation id, in order of time. */
export async function readWays(hopsFile: string): Promise<Map<string, Way[]>> {
  const ways = new Map<string, Map<string, Way>>();
  for (const line of await readHops(hopsFile)) {
    const hop = parse(line);
    if (!hop?.correlationId || !hop.eventType) continue;
    const sameCause = ways.get(hop.correlationId) ?? new Map<string, Way>();
    ways.set(hop.correlationId, sameCause);
    const key = `${hop.streamId}@${hop.version}`;
    const way = sameCause.get(key) ?? { eventType: hop.eventType, outcomes: new Map() };
    sameCause.set(key, way);
    const outcome = outcomeOf(hop);
    if (hop.consumer && outcome) way.outcomes.set(hop.consumer, outcome);
  }
  return new Map([...ways].map(([correlationId, sameCause]) => [correlationId, [...sameCause.values()]]));
}

function outcomeOf({ hop, message }: Hop): Outcome | undefined {
  if (hop === 'dead-letter') return 'dead letter';
  return hop === 'consumer' && message === 'handled' ? 'handled' : undefined;
}

// The last line may be half written.
function parse(line: string): Hop | undefined {
  try {
    return JSON.parse(line) as Hop;
  } catch {
    return undefined;
  }
}
