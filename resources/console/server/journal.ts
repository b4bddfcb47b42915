import type { LogEntry } from '#resources/local/log-entry.ts';
import type { Hop } from '../protocol.ts';

/** Hops that are kept: some 3,000 orders' worth. */
const MOST = 50_000;

/** What the functions have logged of the events' ways, the newest of it. */
export class Journal {
  #hops: Hop[] = [];
  #newest = 0;
  readonly #prefix: string;
  readonly #listeners = new Set<(hop: Hop) => void>();

  /** @param prefix `<service>-<stage>-`, which every function's name begins with */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes a line of a function's log; one that tells of no hop is left out. */
  addLine(line: string): void {
    if (!line.startsWith('{') || !line.includes('"hop":')) return;
    try {
      this.add(hopOf(JSON.parse(line) as LogEntry, this.#prefix));
    } catch {
      // Half a line, as a function that was killed leaves it.
    }
  }

  add(hop: Omit<Hop, 'n'>): void {
    const numbered = { ...hop, n: ++this.#newest };
    this.#hops.push(numbered);
    // In blocks, since each removal moves all that stay.
    if (this.#hops.length > MOST * 1.1) this.#hops = this.#hops.slice(-MOST);
    for (const listener of this.#listeners) listener(numbered);
  }

  /** The newest ones, the oldest of them first. */
  latest(count: number): Hop[] {
    return this.#hops.slice(-count);
  }

  ofCorrelation(correlationId: string): Hop[] {
    return this.#hops.filter(({ k }) => k === correlationId);
  }

  /** @returns ends it */
  listen(listener: (hop: Hop) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function hopOf(line: LogEntry, prefix: string): Omit<Hop, 'n'> {
  const { hop = '', message, timestamp, correlationId, consumer, eventType, streamId, version } = line;
  const { receiveCount, lag, route, status, ms } = line;
  const error = [line.errorName ?? line.error?.name, line.errorMessage ?? line.error?.message ?? line.reason];
  const wrong = error.filter(Boolean).join(': ');
  return {
    t: timestamp ? Date.parse(timestamp) : Date.now(),
    h: hop,
    m: message,
    f: (line.function ?? '').replace(prefix, ''),
    ...(correlationId && { k: correlationId }),
    ...(consumer && { c: consumer }),
    ...(eventType && { e: eventType }),
    ...(streamId && { s: streamId }),
    ...(version !== undefined && { v: version }),
    ...(receiveCount !== undefined && { r: Number(receiveCount) }),
    ...(lag !== undefined && { l: lag }),
    ...(route && { route }),
    ...(status !== undefined && { status }),
    ...(ms !== undefined && { ms }),
    ...(wrong && { x: wrong }),
  };
}
