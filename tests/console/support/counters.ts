import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Graph, Hop, Payloads } from '#resources/console/protocol.ts';
import { createConsole } from '#resources/console/server/console.ts';
import { Journal } from '#resources/console/server/journal.ts';
import type { Shop } from '#resources/console/server/shop.ts';
import type { Source } from '#resources/console/server/source.ts';

const consumers = Array.from({ length: 8 }, (_, index) => `consumer-${index + 1}`);

/** A system of counters, which nobody has to start. */
export const graph: Graph = {
  nodes: [
    {
      id: 'commands',
      kind: 'commands',
      label: 'Commands',
      members: [{ name: 'count', route: 'POST /counters' }],
    },
    { id: 'Events', kind: 'table', label: 'events' },
    { id: 'Publisher', kind: 'publisher', label: 'publish' },
    { id: 'Topic', kind: 'topic', label: 'events' },
    ...consumers.map((label) => ({ id: label, kind: 'consumer' as const, label, queue: `${label}Queue` })),
  ],
  edges: [
    { from: 'commands', to: 'Events', kind: 'writes' },
    { from: 'Events', to: 'Publisher', kind: 'stream' },
    { from: 'Publisher', to: 'Topic', kind: 'publishes' },
    ...consumers.map((to) => ({
      from: 'Topic',
      to,
      kind: 'delivers' as const,
      filter: { eventType: ['Counted'] },
    })),
  ],
};

export const shop: Shop = {
  title: 'Counters',
  scopes: [],
  registry: {
    eventTypes: ['Counted'],
    aggregateTypes: ['counter'],
    aggregateTypeOf: () => 'counter',
    currentSchemaVersion: () => 1,
  } as unknown as Shop['registry'],
  projections: [],
  finders: [],
  views: {},
  operationIdOf: () => '',
};

export interface CounterConsole {
  url: string;
  /** The event with this number, as it is appended, published and handled by all consumers. */
  count(number: number): void;
  stop(): Promise<void>;
}

export interface CounterOptions {
  source?: Partial<Source>;
  payloads?: Payloads;
}

export async function counterConsole({
  source = {},
  payloads = 'full',
}: CounterOptions = {}): Promise<CounterConsole> {
  const journal = new Journal('');
  const console = createConsole({
    source: {
      stage: 'dev',
      isLocal: true,
      invoke: async () => ({}),
      request: async () => ({ status: 200, ms: 1, headers: {}, body: {}, correlationId: 'c' }),
      queueNumbers: async () =>
        Object.fromEntries(consumers.map((name) => [name, { waiting: 0, inFlight: 0, dead: 0 }])),
      readStream: async () => [],
      readEvents: async () => [],
      newestOfType: async () => [],
      ...source,
    },
    shop,
    graph,
    journal,
    payloads,
    queuesEveryMs: 500,
  });
  const server: Server = createServer((request, response) => console.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/console`,
    count(number) {
      const event: Omit<Hop, 'n' | 'h' | 'm' | 'f'> = {
        t: Date.now(),
        k: `request-${number % 100}`,
        e: 'Counted',
        s: `counter-${number % 1_000}`,
        v: Math.floor(number / 1_000) + 1,
      };
      journal.add({ ...event, h: 'command', m: 'appended', f: 'count' });
      journal.add({ ...event, h: 'publish', m: 'published', f: 'publish' });
      for (const c of consumers) journal.add({ ...event, h: 'consumer', m: 'handled', f: c, c, l: 40, r: 1 });
    },
    async stop() {
      console.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
