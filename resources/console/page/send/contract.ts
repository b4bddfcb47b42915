import { read } from '../server.ts';
import type { Document, Parameter, Schema } from './schema.ts';

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  tag: string;
  scopes: string[];
  parameters: Parameter[];
  body?: Schema;
  /** Valid bodies by name. */
  examples: Record<string, unknown>;
}

export interface Message {
  /** `OrderCreatedV2` */
  name: string;
  eventType: string;
  summary: string;
  schemaVersion: number;
  aggregateType: string;
  data: Schema;
  headers: Schema;
  example: { aggregateId: string; data: unknown; [name: string]: unknown };
  consumers: string[];
}

export interface Contract {
  openApi: Document & { info: { title: string; version: string; description: string } };
  asyncApi: Document;
  operations: Operation[];
  messages: Message[];
  consumers: { name: string; summary: string; filter: Record<string, unknown[]>; messages: string[] }[];
}

let loaded: Promise<Contract> | undefined;

/** Both documents of this working copy, once. */
export const contract = (): Promise<Contract> => {
  loaded ??= load();
  return loaded;
};

interface RawOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: { token?: string[] }[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: {
    content: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>;
  };
}

interface RawMessage {
  name: string;
  summary: string;
  headers: Schema;
  payload: { $ref?: string };
  examples?: {
    payload: { aggregateId: string; aggregateType: string; schemaVersion: number; data: unknown };
  }[];
}

interface RawChannelOperation {
  summary: string;
  messages: { $ref: string }[];
  bindings?: { sns?: { consumers: { 'x-filterPolicy': Record<string, unknown[]> }[] } };
}

interface Raw {
  openApi: Document & {
    info: { title: string; version: string; description: string };
    paths: Record<string, Record<string, RawOperation>>;
  };
  asyncApi: Document & {
    operations: Record<string, RawChannelOperation>;
    components: { messages: Record<string, RawMessage> };
  };
}

async function load(): Promise<Contract> {
  const { openApi, asyncApi } = await read<Raw>('contract');
  const parameterOf = (one: Parameter | { $ref: string }): Parameter | undefined =>
    '$ref' in one ? openApi.components.parameters?.[one.$ref.split('/').at(-1) ?? ''] : one;
  const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const content = raw.requestBody?.content['application/json'];
      return {
        operationId: raw.operationId,
        method: method.toUpperCase(),
        path,
        summary: raw.summary,
        description: raw.description ?? '',
        tag: raw.tags[0] ?? '',
        scopes: (raw.security ?? []).flatMap(({ token }) => token ?? []),
        parameters: (raw.parameters ?? []).flatMap((one) => parameterOf(one) ?? []),
        ...(content && { body: content.schema }),
        examples: Object.fromEntries(
          Object.entries(content?.examples ?? {}).map(([name, { value }]) => [name, value]),
        ),
      };
    }),
  );
  const consumers = Object.entries(asyncApi.operations).flatMap(([name, { summary, bindings, messages }]) => {
    const subscription = bindings?.sns?.consumers[0];
    if (!subscription) return [];
    return [
      {
        name,
        summary,
        filter: subscription['x-filterPolicy'],
        messages: messages.map(({ $ref }) => $ref.split('/').at(-1) ?? ''),
      },
    ];
  });
  const messages = Object.entries(asyncApi.components.messages).flatMap(([name, raw]): Message[] => {
    const example = raw.examples?.[0]?.payload;
    const payload = asyncApi.components.schemas[raw.payload.$ref?.split('/').at(-1) ?? ''];
    const data = payload?.properties?.data;
    if (!example || !data) return [];
    return [
      {
        name,
        eventType: raw.name,
        summary: raw.summary,
        schemaVersion: example.schemaVersion,
        aggregateType: example.aggregateType,
        data,
        headers: raw.headers,
        example,
        consumers: consumers.filter((one) => one.messages.includes(name)).map((one) => one.name),
      },
    ];
  });
  return { openApi, asyncApi, operations, messages, consumers };
}
