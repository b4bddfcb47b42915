import type { Attempt, Hop, ShownEvent, Trace, TraceEvent } from '../protocol.ts';

const outcomes: Record<string, Attempt['outcome']> = {
  'consumer handled': 'handled',
  'consumer failed': 'failed',
  'dead-letter dead letter': 'dead',
  'redrive redriven': 'redriven',
  'discard discarded': 'discarded',
};

/**
 * Everything that one correlation id has set off: the requests, the events that they and the consumers appended, and what each
 * consumer made of each. Who caused an event is what its metadata says; the request is told by its function and its time.
 */
export function traceOf(correlationId: string, hops: readonly Hop[], events: readonly ShownEvent[]): Trace {
  const requests = hops
    .filter(({ h }) => h === 'http')
    .map(({ t, ms = 0, route = '', status = 0, f }) => ({ at: t - ms, ms, route, status, function: f }))
    .sort((a, b) => a.at - b.at);
  const found = new Map<string, TraceEvent>();
  const keyById = new Map(events.map((event) => [event.eventId, keyOf(event)]));
  const eventAt = (hop: Hop): TraceEvent => {
    // A poison message has no stream: it is told by its type alone.
    const key = `${hop.s ?? '?'}@${hop.v ?? '?'}`;
    const known = found.get(key);
    if (known) return known;
    const created: TraceEvent = {
      key,
      eventType: hop.e ?? '?',
      streamId: hop.s ?? '',
      version: hop.v ?? 0,
      at: hop.t,
      deliveries: [],
    };
    found.set(key, created);
    return created;
  };

  for (const { eventId, eventType, streamId, version, metadata } of events) {
    const key = `${streamId}@${version}`;
    const cause = keyById.get(metadata.causationId);
    found.set(key, {
      key,
      eventId,
      eventType,
      streamId,
      version,
      at: Date.parse(metadata.timestamp),
      ...(cause && { cause }),
      deliveries: [],
    });
  }
  for (const hop of hops) {
    if (hop.h === 'http' || hop.e === undefined) continue;
    const event = eventAt(hop);
    if (hop.h === 'command') {
      event.by = hop.f;
      const request = requests.findIndex(
        ({ function: name, at, ms }) => name === hop.f && at <= hop.t && hop.t <= at + ms + 1,
      );
      if (request >= 0 && !event.cause) event.request = request;
    }
    if (hop.h === 'publish' && hop.m === 'published') event.publishedAt ??= hop.t;
    const outcome = outcomes[`${hop.h} ${hop.m}`];
    if (outcome && hop.c) addAttempt(event, hop.c, hop, outcome);
  }
  const all = [...found.values()].sort((a, b) => a.at - b.at || a.version - b.version);
  return { correlationId, requests, events: all };
}

function addAttempt(event: TraceEvent, consumer: string, hop: Hop, outcome: Attempt['outcome']): void {
  let delivery = event.deliveries.find((one) => one.consumer === consumer);
  if (!delivery) {
    delivery = { consumer, attempts: [] };
    event.deliveries.push(delivery);
  }
  delivery.attempts.push({
    at: hop.t,
    outcome,
    ...(hop.r !== undefined && { receiveCount: hop.r }),
    ...(hop.x && { error: hop.x }),
  });
}

export const keyOf = ({ streamId, version }: { streamId: string; version: number }): string =>
  `${streamId}@${version}`;
