import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { at, type JsonObject, type Schema } from './json-schema.ts';

export const root = resolve(import.meta.dirname, '../..');

/** Where `npm run contract` writes. */
export const DOCUMENTS = {
  openApi: 'shared/api/openapi.json',
  asyncApi: 'shared/api/asyncapi.json',
} as const;

/** What others rely on: the two generated documents, and what is read out of the second one. */
export interface Contract {
  /** For people: `today`, `0.2.0`, `main`. */
  name: string;
  application: string;
  version: string;
  openApi: JsonObject;
  asyncApi: JsonObject;
  events: EventContract[];
  consumers: ConsumerContract[];
}

/** One event type, in all its versions. */
export interface EventContract {
  eventType: string;
  aggregateType: string;
  /** Message attribute → its type. Subscriptions filter on them. */
  attributes: Record<string, string>;
  versions: EventVersion[];
}

export interface EventVersion {
  schemaVersion: number;
  /** Of the whole event; its references point into the AsyncAPI document. */
  schema: Schema;
  /** The event with the sample of its definition as `data`. */
  samples: unknown[];
  /** False of a version that can be read and is not written yet. */
  isWritten: boolean;
}

export interface ConsumerContract {
  name: string;
  /** Attribute → values and conditions, as SNS takes it. */
  filter: Record<string, unknown[]>;
  eventTypes: string[];
}

interface Message {
  name: string;
  tags: { name: string }[];
  headers: { properties: Record<string, { type: string }> };
  payload: Schema;
  examples?: { payload: unknown }[];
  'x-isWritten'?: boolean;
}

interface Operation {
  action: string;
  messages: { $ref: string }[];
  bindings?: { sns?: { consumers: [{ 'x-filterPolicy': Record<string, unknown[]> }] } };
}

/** Of the work tree. */
export async function contractOfToday(): Promise<Contract> {
  const read = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8'));
  return contractOf('today', await read(DOCUMENTS.openApi), await read(DOCUMENTS.asyncApi));
}

/** What the two documents say. Throws an Error for an event without a version in its name, which ours all have. */
export function contractOf(name: string, openApi: JsonObject, asyncApi: JsonObject): Contract {
  const { title, version } = openApi.info as { title: string; version: string };
  return {
    name,
    application: title,
    version,
    openApi,
    asyncApi,
    events: eventsIn(asyncApi),
    consumers: consumersIn(asyncApi),
  };
}

function eventsIn(asyncApi: JsonObject): EventContract[] {
  const messages = at(asyncApi, '#/components/messages') as Record<string, Message>;
  const events = new Map<string, EventContract>();
  for (const [name, message] of Object.entries(messages)) {
    const [, eventType, version] = /^(\w+)V(\d+)$/.exec(name) ?? [];
    if (!eventType) continue;
    const event = events.get(eventType) ?? {
      eventType,
      aggregateType: message.tags[0]?.name ?? '',
      attributes: Object.fromEntries(
        Object.entries(message.headers.properties).map(([attribute, { type }]) => [attribute, type]),
      ),
      versions: [],
    };
    event.versions.push({
      schemaVersion: Number(version),
      schema: message.payload,
      samples: (message.examples ?? []).map(({ payload }) => payload),
      isWritten: message['x-isWritten'] ?? true,
    });
    events.set(eventType, event);
  }
  return [...events.values()];
}

function consumersIn(asyncApi: JsonObject): ConsumerContract[] {
  return Object.entries(asyncApi.operations as Record<string, Operation>).flatMap(([name, operation]) => {
    const consumer = operation.bindings?.sns?.consumers[0];
    if (operation.action !== 'receive' || !consumer) return [];
    const eventTypes = operation.messages.map(({ $ref }) => /\/(\w+)V\d+$/.exec($ref)?.[1] ?? '');
    return [{ name, filter: consumer['x-filterPolicy'], eventTypes: [...new Set(eventTypes)] }];
  });
}

/** The consumers whose filter may let this type through. */
export const consumersOf = ({ consumers }: Contract, eventType: string): string[] =>
  consumers.filter(({ eventTypes }) => eventTypes.includes(eventType)).map(({ name }) => name);
