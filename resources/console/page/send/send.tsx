import { useState } from 'preact/hooks';
import type { ApiAnswer } from '../../protocol.ts';
import { TracePanel } from '../flow/trace.tsx';
import { href, parameter, setParameters } from '../location.ts';
import { description, mayChange, operate, write } from '../server.ts';
import { Json } from '../ui/json.tsx';
import { Action, Copy, Empty, Problem, Prose, useLoaded } from '../ui/parts.tsx';
import { type Contract, contract, type Message, type Operation } from './contract.ts';
import { Field } from './form.tsx';
import { beginningOf, type Parameter } from './schema.ts';

/** A form for everything that can be sent: each operation of the API, and any event. */
export function Send() {
  const { value, error } = useLoaded('contract', contract);
  return (
    <>
      <header class="screen-header">
        <h1>Send</h1>
        <p>One request or one event, and everything that it sets off.</p>
      </header>
      <Problem error={error} />
      {value && (
        <div class="two-columns">
          <Choices contract={value} />
          <Chosen contract={value} />
        </div>
      )}
    </>
  );
}

function Choices({ contract: { operations, messages } }: { contract: Contract }) {
  const chosen = parameter('operation') || parameter('event');
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const commands = (tag: string) => operations.filter((one) => one.tag === tag && one.method !== 'GET');
  const queries = operations.filter(({ method }) => method === 'GET');
  const operationLink = ({ operationId, method, summary }: Operation) => (
    <li key={operationId}>
      <a
        href={href('send', { operation: operationId })}
        aria-current={chosen === operationId ? 'true' : undefined}
      >
        <span class={`method ${method.toLowerCase()}`}>{method}</span> {summary}
      </a>
    </li>
  );
  return (
    <nav class="panel choices links" aria-label="What can be sent">
      {tags
        .filter((tag) => commands(tag).length > 0)
        .map((tag) => (
          <section key={tag}>
            <h2>{tag}</h2>
            <ul>{commands(tag).map(operationLink)}</ul>
          </section>
        ))}
      <section>
        <h2>Queries</h2>
        <ul>{queries.map(operationLink)}</ul>
      </section>
      <section>
        <h2>Events, past the commands</h2>
        <ul>
          {current(messages).map(({ eventType }) => (
            <li key={eventType}>
              <a
                href={href('send', { event: eventType })}
                aria-current={chosen === eventType ? 'true' : undefined}
              >
                {eventType}
              </a>
            </li>
          ))}
        </ul>
      </section>
    </nav>
  );
}

/** Of each event type the version that is written today. */
export const current = (messages: readonly Message[]): Message[] =>
  description.value.eventTypes.flatMap(({ name, schemaVersion }) => {
    const found = messages.find((one) => one.eventType === name && one.schemaVersion === schemaVersion);
    return found ? [found] : [];
  });

function Chosen({ contract }: { contract: Contract }) {
  const operation = contract.operations.find(({ operationId }) => operationId === parameter('operation'));
  if (operation)
    return <OperationForm key={operation.operationId} contract={contract} operation={operation} />;
  const message = current(contract.messages).find(({ eventType }) => eventType === parameter('event'));
  if (message) return <EventForm key={message.name} contract={contract} message={message} />;
  return (
    <div class="panel">
      <Empty title="Choose what to send">
        The form begins with an example that is valid; the token is supplied. Sent, the request is followed
        through every consumer.
      </Empty>
    </div>
  );
}

const exampleOf = ({ schema, example }: Parameter): string => String(example ?? schema.default ?? '');

function OperationForm({ contract: { openApi }, operation }: { contract: Contract; operation: Operation }) {
  const names = Object.keys(operation.examples);
  const [body, setBody] = useState<unknown>(
    () =>
      given() ??
      (operation.body
        ? (operation.examples[names[0] ?? ''] ?? beginningOf(openApi, operation.body))
        : undefined),
  );
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.required || parameter(`p-${one.name}`))
        .map((one) => [one.name, parameter(`p-${one.name}`) || exampleOf(one)]),
    ),
  );
  const [sub, setSub] = useState('alice');
  const [scopes, setScopes] = useState<string[]>(description.value.scopes);
  const [answer, setAnswer] = useState<ApiAnswer>();
  const withPlace = (place: Parameter['in']) =>
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.in === place && values[one.name])
        .map((one) => [one.name, values[one.name] ?? '']),
    );
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const send = async () => {
    const sent = await write<ApiAnswer>('request', {
      method: operation.method,
      path,
      operationId: operation.operationId,
      pathParameters: withPlace('path'),
      query: withPlace('query'),
      ...(operation.body && { body }),
      sub,
      scope: scopes.join(' '),
      headers: withPlace('header'),
    });
    setAnswer(sent);
  };
  return (
    <div class="stack">
      <section class="panel" aria-label={operation.summary}>
        <header>
          <h2 class="grow">
            <span class={`method ${operation.method.toLowerCase()}`}>{operation.method}</span>{' '}
            <code>{operation.path}</code>
          </h2>
          {names.length > 1 && (
            <label>
              <span class="quiet">example </span>
              <select onChange={(event) => setBody(operation.examples[event.currentTarget.value])}>
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          <Action kind="primary" run={send} disabled={operation.method !== 'GET' && !mayChange()}>
            Send
          </Action>
        </header>
        <div class="body">
          <Prose text={operation.description} />
          {operation.parameters.length > 0 && (
            <div class="form parameters">
              {operation.parameters.map((one) => (
                <Field
                  key={one.name}
                  document={openApi}
                  schema={{ ...one.schema, ...(one.schema.type === 'integer' ? { type: 'integer' } : {}) }}
                  name={one.name}
                  value={values[one.name]}
                  isRequired={one.required ?? false}
                  onChange={(changed) =>
                    setValues({ ...values, [one.name]: changed === undefined ? '' : String(changed) })
                  }
                />
              ))}
            </div>
          )}
          {operation.body && (
            <Field
              document={openApi}
              schema={operation.body}
              name=""
              value={body}
              isRequired={true}
              onChange={setBody}
            />
          )}
          <Token sub={sub} onSub={setSub} scopes={scopes} onScopes={setScopes} />
        </div>
      </section>
      {answer && <Answer answer={answer} />}
    </div>
  );
}

interface TokenProps {
  sub: string;
  onSub: (sub: string) => void;
  scopes: string[];
  onScopes: (scopes: string[]) => void;
}

function Token({ sub, onSub, scopes, onScopes }: TokenProps) {
  return (
    <fieldset>
      <legend>Who sends it</legend>
      <div class="field">
        <label for="send-sub">caller</label>
        <input
          id="send-sub"
          value={sub}
          onInput={(event) => onSub(event.currentTarget.value)}
          autocomplete="off"
          spellcheck={false}
        />
      </div>
      <div class="checks">
        {description.value.scopes.map((scope) => (
          <label key={scope} class="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                onScopes(
                  event.currentTarget.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope),
                )
              }
            />
            {scope}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Answer({ answer }: { answer: ApiAnswer }) {
  const { status, ms, body, correlationId } = answer;
  return (
    <>
      <section class="panel" aria-label="The response" aria-live="polite">
        <header>
          <h2 class={status >= 400 ? 'grow bad' : 'grow good'}>
            {status} <small class="quiet">after {ms} ms</small>
          </h2>
          {body !== undefined && <Copy text={JSON.stringify(body, null, 2)} />}
        </header>
        <Json value={body} />
      </section>
      {correlationId && status < 500 && <TracePanel key={correlationId} correlationId={correlationId} />}
    </>
  );
}

function EventForm({ contract: { asyncApi }, message }: { contract: Contract; message: Message }) {
  const [data, setData] = useState<unknown>(() => given() ?? message.example.data);
  const [aggregateId, setAggregateId] = useState(
    () => parameter('id') || String(message.example.aggregateId),
  );
  const [emitted, setEmitted] = useState<{ streamId: string; version: number; correlationId: string }>();
  const send = async () => {
    const correlationId = `console-${crypto.randomUUID().slice(0, 8)}`;
    const { streamId, version } = await operate<{ streamId: string; version: number }>('emit-event', {
      eventType: message.eventType,
      aggregateId,
      data,
      correlationId,
    });
    setEmitted({ streamId, version, correlationId });
  };
  return (
    <div class="stack">
      <section class="panel" aria-label={message.eventType}>
        <header>
          <h2 class="grow">
            {message.eventType} <small class="quiet">version {message.schemaVersion} of its schema</small>
          </h2>
          <Action kind="primary" run={send} disabled={!mayChange()}>
            Append
          </Action>
        </header>
        <div class="body">
          <p class="quiet">
            emit-event appends it as the next of its stream, if it can follow what the stream holds. The rules
            of the commands are not asked: it is for trying consumers and for repairs by hand. Money is in
            minor units.
          </p>
          <div class="form">
            <div class="field">
              <label for="send-id">{message.aggregateType} id</label>
              <input
                id="send-id"
                value={aggregateId}
                onInput={(event) => setAggregateId(event.currentTarget.value)}
                spellcheck={false}
                autocomplete="off"
              />
            </div>
          </div>
          <Field
            document={asyncApi}
            schema={message.data}
            name=""
            value={data}
            isRequired={true}
            onChange={setData}
          />
        </div>
      </section>
      {emitted && (
        <>
          <p class="notice" role="status">
            Appended as{' '}
            <a href={href('streams', { stream: emitted.streamId, at: String(emitted.version) })}>
              {emitted.streamId}@{emitted.version}
            </a>
          </p>
          <TracePanel key={emitted.correlationId} correlationId={emitted.correlationId} />
        </>
      )}
    </div>
  );
}

/** What another screen has handed over to begin with; it is in the URL no longer than needed. */
function given(): unknown {
  const text = parameter('body');
  if (!text) return undefined;
  queueMicrotask(() => setParameters({ body: '' }, { isStep: false }));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
