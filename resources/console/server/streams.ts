import type { EventRegistry } from '#kit/events/registry.ts';
import type { FoundStream, ShownEvent, StreamState, StreamView } from '../protocol.ts';
import type { Shop } from './shop.ts';
import type { Source } from './source.ts';

/** By `stream` (its id, or an aggregate's of any type), `type` (its newest events), or one of the shop's finders. */
export async function findStreams(
  source: Source,
  shop: Shop,
  by: string,
  value: string,
): Promise<FoundStream[]> {
  if (by === 'type') return newestOfEachStream(await source.newestOfType(value));
  if (by === 'stream') {
    const { aggregateTypes } = shop.registry;
    const isStreamId = aggregateTypes.some((type) => value.startsWith(`${type}-`));
    const ids = isStreamId ? [value] : aggregateTypes.map((type) => `${type}-${value}`);
    const found = await Promise.all(
      ids.map(async (streamId): Promise<FoundStream[]> => {
        const last = (await source.readStream(streamId)).at(-1);
        if (!last) return [];
        return [{ streamId, eventType: last.eventType, version: last.version, at: last.metadata.timestamp }];
      }),
    );
    return found.flat();
  }
  const finder = shop.finders.find(({ name }) => name === by);
  if (!finder) throw new Error(`Streams cannot be found by ${by}.`);
  return finder.find(source, value);
}

function newestOfEachStream(found: readonly FoundStream[]): FoundStream[] {
  const streams = new Map<string, FoundStream>();
  for (const one of found) if (!streams.has(one.streamId)) streams.set(one.streamId, one);
  return [...streams.values()];
}

/** The state that the aggregate makes of the first `version` events, and of one event less. */
export function stateAt(
  registry: EventRegistry,
  events: readonly ShownEvent[],
  version: number,
): StreamState {
  const known = events.filter((event) => event.version <= version);
  const type = events[0]?.aggregateType;
  if (type === undefined) return { version };
  try {
    return {
      version,
      state: registry.fold(type, known as never),
      before: registry.fold(type, known.slice(0, -1) as never),
    };
  } catch (error) {
    return { version, error: error instanceof Error ? error.message : String(error) };
  }
}

/** What readers see of the stream's aggregate: the API's response where it has one, and each projection's view. */
export async function viewsOf(
  source: Source,
  shop: Shop,
  streamId: string,
  asOf: string | undefined,
): Promise<StreamView[]> {
  const type = shop.registry.aggregateTypes.find((one) => streamId.startsWith(`${one}-`));
  if (!type) return [];
  const id = streamId.slice(type.length + 1);
  const shown = shop.views[type];
  if (shown) {
    const view = await viewByApi(source, shop, shown.path, id, shown.takesAsOf && asOf);
    return [{ ...view, highlights: shown.highlights }];
  }
  const projections = shop.projections.filter(({ views }) => Object.hasOwn(views, type));
  return Promise.all(
    projections.map(async ({ name }) => ({ source: name, view: await source.readView?.(name, type, id) })),
  );
}

async function viewByApi(
  source: Source,
  shop: Shop,
  template: string,
  id: string,
  asOf: string | undefined,
): Promise<StreamView> {
  const [, parameter = ''] = /\{(\w+)\}/.exec(template) ?? [];
  const path = template.replace(`{${parameter}}`, encodeURIComponent(id));
  const { status, body } = await source.request({
    method: 'GET',
    path,
    operationId: shop.operationIdOf('GET', template),
    pathParameters: { [parameter]: id },
    query: asOf ? { asOf } : {},
    sub: 'console',
    scope: shop.scopes.join(' '),
    headers: {},
  });
  const name = `GET ${path}${asOf ? `?asOf=${asOf}` : ''}`;
  return status === 200
    ? { source: name, view: body }
    : { source: name, error: detailOf(body) ?? `status ${status}` };
}

const detailOf = (body: unknown): string | undefined => {
  const { detail, title } = (body ?? {}) as { detail?: string; title?: string };
  return detail ?? title;
};
