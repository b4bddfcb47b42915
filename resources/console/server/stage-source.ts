import { randomUUID } from 'node:crypto';
import type { InvokeByName } from '#resources/cli/ops/invokers.ts';
import type { ApiAnswer, ApiCall, FoundStream, QueueNumbers, ShownEvent } from '../protocol.ts';
import { parsed } from './ask-api.ts';
import type { Journal } from './journal.ts';
import type { Shop } from './shop.ts';
import type { Source } from './source.ts';

/** Each invocation is a process of its own, of some 2 s. */
const AT_ONCE = 3;
const PAGES = 10;
/** What happened before the console began. */
const LOOKS_BACK_MS = 3_600_000;
const EVENTS_PATH = '/events';

interface Page {
  events: ShownEvent[];
  cursor?: string;
}

export interface StageSourceOptions {
  stage: string;
  consumers: readonly string[];
  shop: Shop;
  invoke: InvokeByName;
  journal: Journal;
  now?: () => number;
}

/**
 * A deployed stage, through its functions alone: operations are invoked as `npm run ops` does it, and the API's operations with
 * the event that API Gateway would hand them. So it takes nothing but the right to invoke them, which those who operate have.
 * It has no logs: of an event's way it knows what was appended, and what waits or is dead.
 */
export function stageSource(options: StageSourceOptions): Source {
  const { stage, consumers, shop, invoke, journal, now = Date.now } = options;
  const { registry } = shop;
  const seen = new Map<string, ShownEvent>();
  const cursors = new Map<string, string>();
  const beganAt = new Date(now() - LOOKS_BACK_MS).toISOString();

  async function request(call: ApiCall): Promise<ApiAnswer> {
    const started = performance.now();
    const correlationId = call.headers['x-correlation-id'] ?? `console-${randomUUID()}`;
    const answer = (await invoke(call.operationId, httpEvent(call, correlationId))) as {
      statusCode: number;
      headers?: Record<string, string>;
      body?: string;
    };
    return {
      status: answer.statusCode,
      ms: Math.round(performance.now() - started),
      headers: answer.headers ?? {},
      body: parsed(answer.body ?? ''),
      correlationId: answer.headers?.['x-correlation-id'] ?? correlationId,
    };
  }

  const get = async <T>(
    path: string,
    pathParameters: Record<string, string>,
    query: Record<string, string>,
  ): Promise<T> => {
    const { status, body } = await request({
      method: 'GET',
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(pathParameters[name] ?? '')),
      operationId: shop.operationIdOf('GET', path),
      pathParameters,
      query,
      sub: 'console',
      scope: shop.scopes.join(' '),
      headers: {},
    });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body as T;
  };

  async function pagesOf(
    path: string,
    parameters: Record<string, string>,
    query: Record<string, string>,
  ): Promise<ShownEvent[]> {
    const events: ShownEvent[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page++) {
      const found: Page = await get<Page>(path, parameters, {
        ...query,
        limit: '100',
        ...(cursor && { cursor }),
      });
      events.push(...found.events);
      cursor = found.cursor;
      if (found.events.length === 0 || !cursor) break;
    }
    return events;
  }

  /** A list by type goes on from where it was: its cursor stays good. */
  async function readNew(eventType: string): Promise<void> {
    const cursor = cursors.get(eventType);
    const found = await get<Page>(
      EVENTS_PATH,
      {},
      { type: eventType, from: beganAt, limit: '100', ...(cursor && { cursor }) },
    );
    if (found.cursor) cursors.set(eventType, found.cursor);
    for (const event of found.events) {
      const { streamId, version, metadata } = event;
      const key = `${streamId}@${version}`;
      if (seen.has(key)) continue;
      seen.set(key, event);
      const about = { k: metadata.correlationId, e: eventType, s: streamId, v: version };
      const consumer = consumers.find((name) => metadata.userId.endsWith(`:${name}`));
      journal.add({
        t: Date.parse(metadata.timestamp),
        h: 'command',
        m: 'appended',
        f: consumer ?? '',
        ...(consumer && { c: consumer }),
        ...about,
      });
    }
  }

  return {
    stage,
    isLocal: false,
    invoke,
    request,
    async queueNumbers() {
      const numbers: Record<string, QueueNumbers> = {};
      await inParallel(consumers, AT_ONCE, async (consumer) => {
        const { queue, deadLetters } = (await invoke('dead-letters', { sizes: true, consumer })) as {
          queue: Size;
          deadLetters: Size;
        };
        numbers[consumer] = {
          waiting: queue.waiting,
          inFlight: queue.inFlight,
          dead: deadLetters.waiting + deadLetters.inFlight,
        };
      });
      // What nobody looks at is not read: this is asked for as long as a page is open.
      await inParallel(registry.eventTypes, AT_ONCE, readNew);
      return numbers;
    },
    async readStream(streamId) {
      const type = registry.aggregateTypes.find((one) => streamId.startsWith(`${one}-`));
      if (!type) return [];
      const path = shop.views[type]?.eventsPath;
      const id = streamId.slice(type.length + 1);
      if (path) return pagesOf(path, { [/\{(\w+)\}/.exec(path)?.[1] ?? '']: id }, {});
      const types = registry.eventTypes.filter((name) => registry.aggregateTypeOf(name) === type);
      const lists = await Promise.all(types.map((name) => pagesOf(EVENTS_PATH, {}, { type: name })));
      return lists
        .flat()
        .filter((event) => event.streamId === streamId)
        .sort((a, b) => a.version - b.version);
    },
    async readEvents(places) {
      return places.flatMap(({ streamId, version }) => seen.get(`${streamId}@${version}`) ?? []);
    },
    async newestOfType(eventType) {
      const events = await pagesOf(EVENTS_PATH, {}, { type: eventType });
      return events.reverse().map(
        ({ streamId, version, metadata }): FoundStream => ({
          streamId,
          version,
          eventType,
          at: metadata.timestamp,
        }),
      );
    },
  };
}

interface Size {
  waiting: number;
  inFlight: number;
}

/** What API Gateway hands to a function of the HTTP API, after its authorizer. */
const httpEvent = (call: ApiCall, correlationId: string): object => ({
  version: '2.0',
  routeKey: `${call.method} ${call.path}`,
  rawPath: call.path,
  rawQueryString: new URLSearchParams(call.query).toString(),
  headers: {
    ...call.headers,
    'x-correlation-id': correlationId,
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
  },
  ...(Object.keys(call.pathParameters).length > 0 && { pathParameters: call.pathParameters }),
  ...(Object.keys(call.query).length > 0 && { queryStringParameters: call.query }),
  ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  requestContext: {
    requestId: randomUUID(),
    http: { method: call.method, path: call.path },
    authorizer: { jwt: { claims: { sub: call.sub, scope: call.scope } } },
  },
  isBase64Encoded: false,
});

async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
