import { type Html, html, inline, json } from './html.ts';
import { type Schema, schemaTable } from './schema.ts';

export interface AsyncApi {
  info: { description: string };
  operations: Record<string, Operation>;
  components: { messages: Record<string, Message>; schemas: Record<string, Schema> };
}

interface Operation {
  action: 'send' | 'receive';
  summary: string;
  messages: { $ref: string }[];
  bindings?: { sns?: { consumers: Subscription[] } };
}

interface Subscription {
  endpoint: { name: string };
  'x-filterPolicy': Record<string, unknown[]>;
  'x-parameters'?: Record<string, string>;
  redrivePolicy: { deadLetterQueue: { name: string } };
}

export interface Message {
  title: string;
  summary: string;
  headers: Schema;
  payload: { $ref?: string };
  examples?: { headers: unknown; payload: unknown }[];
}

const consumersOf = ({ operations }: AsyncApi) =>
  Object.entries(operations).flatMap(([name, operation]) => {
    const subscription = operation.bindings?.sns?.consumers[0];
    return subscription ? [{ name, operation, subscription }] : [];
  });

const namesOf = ({ messages }: Operation): string[] =>
  messages.map(({ $ref }) => $ref.split('/').at(-1) ?? '');

/** Who receives what: one row a consumer. */
export function consumersTable(document: AsyncApi): Html {
  const rows = consumersOf(document).map(
    ({ name, operation, subscription }) => html`<tr id="consumer-${name}">
<td><strong>${name}</strong><br>${operation.summary}</td>
<td><code>${JSON.stringify(subscription['x-filterPolicy'])}</code>${Object.entries(
      subscription['x-parameters'] ?? {},
    ).map(
      ([attribute, parameter]) =>
        html`<br><small>${attribute}: <code>${parameter}</code> of the deployment</small>`,
    )}</td>
<td><code>${subscription.endpoint.name}</code><br><code>${subscription.redrivePolicy.deadLetterQueue.name}</code></td></tr>`,
  );
  return html`<table><thead><tr><th>Consumer</th><th>Filter policy</th><th>Queue and dead letters</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

export const messageLink = ([name]: [string, Message]): Html => html`<a href="#message-${name}">${name}</a>`;

export function messageSection(document: AsyncApi, [name, message]: [string, Message]): Html {
  const receivers = consumersOf(document)
    .filter(({ operation }) => namesOf(operation).includes(name))
    .map((one, index) => html`${index > 0 && ', '}<a href="#consumer-${one.name}">${one.name}</a>`);
  const payload = document.components.schemas[message.payload.$ref?.split('/').at(-1) ?? ''];
  const data = payload?.properties?.data;
  return html`<section id="message-${name}"><h3>${message.title}</h3>
<p>${inline(message.summary)} ${receivers.length > 0 && html`Received by ${receivers}.`}</p>
<h4>Attributes</h4>${schemaTable('events', message.headers)}
${data && html`<h4>Data</h4>${schemaTable('events', data)}`}
${(message.examples ?? []).map((example) => html`<details><summary>Example</summary>${json(example.payload)}</details>`)}
</section>`;
}

/** What is around the data of every event. */
export function envelopeTable({ components }: AsyncApi): Html {
  const { OrderPaidV1: any } = components.schemas;
  const { data: _, ...properties } = any?.properties ?? {};
  const general = { aggregateType: {}, eventType: {}, schemaVersion: {} };
  const named = Object.fromEntries(
    Object.entries(properties).map(([field, schema]) => [
      field,
      field in general ? { type: typeName(schema) } : schema,
    ]),
  );
  return schemaTable('events', { properties: named, required: any?.required ?? [] });
}

const typeName = ({ type = 'string' }: Schema): string => (type === 'number' ? 'integer' : type);
