import type { ComponentChildren } from 'preact';
import { filterText } from '../format.ts';
import { href, parameter } from '../location.ts';
import { contract, type Contract as Documents, type Message, type Operation } from '../send/contract.ts';
import { resolved, type Schema } from '../send/schema.ts';
import { description } from '../server.ts';
import { Json } from '../ui/json.tsx';
import { Problem, Prose, useLoaded } from '../ui/parts.tsx';

/** Who sends what to whom under which filter, in which versions; and the API. */
export function ContractScreen() {
  const { value, error } = useLoaded('contract', contract);
  const tab = parameter('show') === 'api' ? 'api' : 'events';
  return (
    <>
      <header class="screen-header">
        <h1>Contract</h1>
        <p>{value && `${value.openApi.info.title} ${value.openApi.info.version}`}</p>
        <nav class="tabs" aria-label="Documents">
          <a href={href('contract')} aria-current={tab === 'events' ? 'true' : undefined}>
            Events
          </a>
          <a href={href('contract', { show: 'api' })} aria-current={tab === 'api' ? 'true' : undefined}>
            API
          </a>
        </nav>
      </header>
      <Problem error={error} />
      {value && (tab === 'events' ? <Events documents={value} /> : <Api documents={value} />)}
    </>
  );
}

function Events({ documents }: { documents: Documents }) {
  const { messages, consumers } = documents;
  return (
    <>
      <Matrix documents={documents} />
      <div class="cards">
        {consumers.map(({ name, summary, filter }) => (
          <section key={name} class="panel body" aria-label={name}>
            <h2>{name}</h2>
            <p class="quiet">{summary}</p>
            <p>
              <small class="quiet">receives </small>
              {filterText(filter)}
            </p>
          </section>
        ))}
      </div>
      {messages.map((message) => (
        <MessagePanel key={message.name} documents={documents} message={message} />
      ))}
    </>
  );
}

function Matrix({ documents: { messages, consumers } }: { documents: Documents }) {
  const types = description.value.eventTypes;
  const takes = (consumer: string, type: string) =>
    messages.some((message) => message.eventType === type && message.consumers.includes(consumer));
  return (
    <div class="panel scroll">
      <table class="matrix">
        <caption class="hidden">Which consumer receives which event type</caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Written by</th>
            {consumers.map(({ name }) => (
              <th key={name} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {types.map(({ name, aggregateType, schemaVersion }) => (
            <tr key={name}>
              <th scope="row">
                <a href={`#${name}V${schemaVersion}`} onClick={() => openEntry(`${name}V${schemaVersion}`)}>
                  {name}
                </a>
              </th>
              <td class="quiet">{aggregateType}</td>
              {consumers.map((consumer) => (
                <td key={consumer.name}>
                  {takes(consumer.name, name) ? (
                    <span class="dot handled" role="img" aria-label="receives it" />
                  ) : (
                    ''
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EntryProps {
  id: string;
  summary: ComponentChildren;
  children: ComponentChildren;
  /** Where it is sent, and what it is that is sent. */
  send?: string;
  name?: string;
}

function Entry({ id, summary, children, send, name }: EntryProps) {
  return (
    <div class="panel entry">
      <details id={id}>
        <summary>{summary}</summary>
        {children}
      </details>
      {send && (
        <a class="button" href={send}>
          Send<span class="hidden"> {name}</span>
        </a>
      )}
    </div>
  );
}

/** Opens an entry that a link on this screen leads to. */
function openEntry(id: string): void {
  const entry = document.getElementById(id);
  if (entry instanceof HTMLDetailsElement) entry.open = true;
}

function MessagePanel({ documents: { asyncApi }, message }: { documents: Documents; message: Message }) {
  const isCurrent = description.value.eventTypes.some(
    ({ name, schemaVersion }) => name === message.eventType && schemaVersion === message.schemaVersion,
  );
  return (
    <Entry
      id={message.name}
      summary={
        <>
          <strong>{message.eventType}</strong> <small class="quiet">version {message.schemaVersion}</small>
          <span class="quiet cut">
            {' '}
            {message.consumers.length > 0 ? `→ ${message.consumers.join(', ')}` : 'received by nobody'}
          </span>
        </>
      }
      {...(isCurrent && { send: href('send', { event: message.eventType }), name: message.eventType })}
    >
      <div class="body">
        <Prose text={message.summary} />
        <h3>Data</h3>
        <Fields document={asyncApi} schema={message.data} />
        <h3>Attributes that filters see</h3>
        <Fields document={asyncApi} schema={message.headers} />
        <details>
          <summary>Sample</summary>
          <Json value={message.example} />
        </details>
      </div>
    </Entry>
  );
}

function Api({ documents }: { documents: Documents }) {
  const { operations, openApi } = documents;
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return (
    <>
      {tags.map((tag) => (
        <section key={tag} class="stack" aria-label={tag}>
          <h2>{tag}</h2>
          {operations
            .filter((one) => one.tag === tag)
            .map((operation) => (
              <OperationPanel key={operation.operationId} document={openApi} operation={operation} />
            ))}
        </section>
      ))}
    </>
  );
}

function OperationPanel({ document, operation }: { document: Documents['openApi']; operation: Operation }) {
  const { operationId, method, path, summary, scopes, parameters, body } = operation;
  return (
    <Entry
      id={operationId}
      summary={
        <>
          <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
          <span class="quiet cut"> {summary}</span>
        </>
      }
      send={href('send', { operation: operationId })}
      name={`${method} ${path}`}
    >
      <div class="body">
        <Prose text={operation.description} />
        {scopes.length > 0 && (
          <p>
            <small class="quiet">scope </small>
            <code>{scopes.join(' ')}</code>
          </p>
        )}
        {parameters.length > 0 && (
          <>
            <h3>Parameters</h3>
            <Fields
              document={document}
              schema={{
                properties: Object.fromEntries(
                  parameters.map((one) => [
                    one.name,
                    { ...one.schema, ...(one.description && { description: one.description }) },
                  ]),
                ),
                required: parameters.filter((one) => one.required).map((one) => one.name),
              }}
            />
          </>
        )}
        {body && (
          <>
            <h3>Body</h3>
            <Fields document={document} schema={body} />
          </>
        )}
      </div>
    </Entry>
  );
}

function Fields({
  document,
  schema: given,
  depth = 0,
}: {
  document: Documents['asyncApi'];
  schema: Schema;
  depth?: number;
}) {
  const { properties = {}, required = [] } = resolved(document, given);
  return (
    <ul class="fields">
      {Object.entries(properties).map(([name, one]) => {
        const field = resolved(document, one);
        const within = field.items ? resolved(document, field.items) : field;
        return (
          <li key={name}>
            <code>{name}</code> <span class="quiet">{typeText(field)}</span>
            {!required.includes(name) && <small class="quiet"> optional</small>}
            {field.description && <span class="quiet"> · {field.description}</span>}
            {within.properties && depth < 3 && (
              <Fields document={document} schema={within} depth={depth + 1} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function typeText(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.length > 12 ? `one of ${schema.enum.length}` : schema.enum.join(' | ');
  if (schema.items) return `list${schema.items.type ? ` of ${schema.items.type}` : ''}`;
  return [schema.type, schema.format].filter(Boolean).join(' · ');
}
