import asyncApi from '#api/asyncapi.json' with { type: 'json' };
import openApi from '#api/openapi.json' with { type: 'json' };
import type { ApiCall, Description, FaultChange, Payloads, ShownEvent } from '../protocol.ts';
import type { Journal } from './journal.ts';
import { changesSomething, isOperation } from './operations.ts';
import { shownBody, shownPayload } from './payloads.ts';
import type { Shop } from './shop.ts';
import type { Source } from './source.ts';
import { findStreams, stateAt, viewsOf } from './streams.ts';
import { traceOf } from './trace.ts';

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  /** The stage's name, where a person has typed it to allow changes. */
  typedStage: string;
}

export interface ApiOptions {
  source: Source;
  shop: Shop;
  journal: Journal;
  payloads: Payloads;
  description: Description;
}

type Handle = (request: ApiRequest) => Promise<unknown> | unknown;

/** What cannot be done as it was asked for; the message says why. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the page asks of the server, and what it lets it do. Errors of operations come back as `{message}` with status 422. */
export function createApi({ source, shop, journal, payloads, description }: ApiOptions) {
  const shownEvent = ({ data, ...event }: ShownEvent): ShownEvent => {
    const shown = shownPayload(data, payloads);
    return { ...event, ...(shown !== undefined && { data: shown }) };
  };

  const reads: Record<string, Handle> = {
    description: () => description,
    contract: () => ({ openApi, asyncApi }),
    faults: () => ({ state: source.faults?.state() ?? null, tables: source.faults?.tables ?? {} }),
    async trace({ query }) {
      const correlationId = required(query, 'correlationId');
      const hops = journal.ofCorrelation(correlationId);
      const places = new Map(
        hops.flatMap(({ s, v }) => (s && v ? [[`${s}@${v}`, { streamId: s, version: v }] as const] : [])),
      );
      return traceOf(correlationId, hops, await source.readEvents([...places.values()]));
    },
    async streams({ query }) {
      return findStreams(source, shop, required(query, 'by'), required(query, 'value'));
    },
    async stream({ query }) {
      return (await source.readStream(required(query, 'id'))).map(shownEvent);
    },
    async state({ query }) {
      const events = await source.readStream(required(query, 'id'));
      const { state, before, ...rest } = stateAt(shop.registry, events, Number(required(query, 'version')));
      return { ...rest, state: shownPayload(state, payloads), before: shownPayload(before, payloads) };
    },
    async views({ query }) {
      const views = await viewsOf(source, shop, required(query, 'id'), query.get('asOf') ?? undefined);
      return views.map(({ view, ...rest }) => ({ ...rest, view: shownPayload(view, payloads) }));
    },
  };

  const writes: Record<string, Handle> = {
    async operation({ body, typedStage }) {
      const { name, input = {} } = body as { name: string; input?: Record<string, unknown> };
      if (!isOperation(name)) throw new Refused(404, `There is no operation ${name}.`);
      if (changesSomething(name, input)) assertMayChange(typedStage);
      return shownAnswer(await source.invoke(name, input));
    },
    async request({ body, typedStage }) {
      const call = body as ApiCall;
      if (call.method !== 'GET') assertMayChange(typedStage);
      const answer = await source.request(call);
      return { ...answer, body: shownPayload(answer.body, payloads) };
    },
    async demo() {
      if (!shop.demo) throw new Refused(404, 'There is no demo here.');
      await shop.demo.play();
      return {};
    },
    async faults({ body }) {
      if (!source.faults) throw new Refused(404, 'Nothing can be broken here: only the local run can.');
      return source.faults.change(body as FaultChange);
    },
  };

  function assertMayChange(typedStage: string): void {
    if (source.isLocal || typedStage === source.stage) return;
    throw new Refused(
      403,
      `The console only reads here. Type the stage's name, ${source.stage}, to allow changes.`,
    );
  }

  /** Of a dead letter that was shown whole, body and attributes as far as payloads may be shown. */
  function shownAnswer(answer: unknown): unknown {
    const { message } = (answer ?? {}) as { message?: { body?: string; errorMessage?: string } };
    if (typeof message?.body !== 'string') return answer;
    return { ...(answer as object), message: { ...message, body: shownBody(message.body, payloads) } };
  }

  return async (request: ApiRequest): Promise<{ status: number; body: unknown }> => {
    const handle = (request.method === 'GET' ? reads : writes)[request.path];
    if (!handle) return { status: 404, body: { message: `There is no ${request.method} ${request.path}.` } };
    try {
      return { status: 200, body: await handle(request) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: error instanceof Refused ? error.status : 422, body: { message } };
    }
  };
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (!value) throw new Refused(400, `${name} is missing`);
  return value;
}
