import { readFile } from 'node:fs/promises';

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

/** `<streamId>@<version>` → consumer → outcome; dead letters whose event cannot be read under their correlation id. */
export type Deliveries = Map<string, Map<string, Outcome>>;

/** What the functions of this run have logged so far about deliveries. */
export async function readDeliveries(hopsFile: string): Promise<Deliveries> {
  const deliveries: Deliveries = new Map();
  for (const line of (await readFile(hopsFile, 'utf8')).split('\n')) {
    const hop = parse(line);
    if (!hop?.consumer) continue;
    const outcome = outcomeOf(hop);
    const key = hop.streamId ? `${hop.streamId}@${hop.version}` : hop.correlationId;
    if (!outcome || !key) continue;
    const outcomes = deliveries.get(key) ?? new Map<string, Outcome>();
    deliveries.set(key, outcomes.set(hop.consumer, outcome));
  }
  return deliveries;
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
