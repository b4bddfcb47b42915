import { useEffect, useState } from 'preact/hooks';
import type { FoundStream, ShownEvent, StreamState, StreamView, Trace } from '../../protocol.ts';
import { ago, count, duration, shortId } from '../format.ts';
import { href, parameter, setParameters } from '../location.ts';
import { description, read } from '../server.ts';
import { Differences, Json } from '../ui/json.tsx';
import { Copy, Empty, Problem, useLoaded } from '../ui/parts.tsx';
import { Causation } from './causation.tsx';

/** Finds a stream, and shows what it holds, what it was at any of its versions, and what readers see of it. */
export function Streams() {
  const stream = parameter('stream');
  const correlation = parameter('correlation');
  return (
    <>
      <header class="screen-header">
        <h1>Streams</h1>
        <Finder />
      </header>
      {stream && <Stream key={stream} streamId={stream} />}
      {!stream && correlation && <CausationOf correlationId={correlation} />}
      {!stream && !correlation && <Found />}
    </>
  );
}

const kinds = () => [
  { name: 'stream', label: 'Stream or aggregate id', placeholder: 'order-0192… or 0192…' },
  { name: 'type', label: 'Event type', placeholder: '' },
  ...description.value.finders,
  { name: 'correlation', label: 'Correlation id', placeholder: 'what a response’s x-correlation-id says' },
];

function Finder() {
  const [by, setBy] = useState(parameter('by') || 'stream');
  const [value, setValue] = useState(parameter('value'));
  const kind = kinds().find(({ name }) => name === by);
  const find = (kindName: string, wanted: string) => {
    const text = wanted.trim();
    if (kindName === 'correlation')
      setParameters({ correlation: text, by: '', value: '', stream: '', at: '' });
    else setParameters({ by: kindName, value: text, stream: '', at: '', correlation: '' });
  };
  return (
    <form
      class="finder"
      onSubmit={(event) => {
        event.preventDefault();
        find(by, value);
      }}
    >
      <select
        aria-label="Find by"
        value={by}
        onChange={(event) => {
          setBy(event.currentTarget.value);
          setValue('');
        }}
      >
        {kinds().map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      {by === 'type' ? (
        <select
          aria-label="Event type"
          value={value}
          onChange={(event) => {
            setValue(event.currentTarget.value);
            find('type', event.currentTarget.value);
          }}
        >
          <option value="">Choose one</option>
          {description.value.eventTypes.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <input
          type="search"
          aria-label={kind?.label ?? ''}
          placeholder={kind?.placeholder ?? ''}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
          spellcheck={false}
        />
      )}
      <button type="submit" class="button primary" disabled={value.trim() === ''}>
        Find
      </button>
    </form>
  );
}

function Found() {
  const [by, value] = [parameter('by'), parameter('value')];
  const {
    value: found,
    error,
    isLoading,
  } = useLoaded(`${by} ${value}`, async () =>
    by && value ? await read<FoundStream[]>('streams', { by, value }) : undefined,
  );
  if (error) return <Problem error={error} />;
  if (!by || !value) {
    return (
      <div class="panel">
        <Empty title="Find a stream">
          By its id, an aggregate’s, a customer, a SKU … or take any event in <a href={href('flow')}>Flow</a>{' '}
          and follow it to its stream.
        </Empty>
      </div>
    );
  }
  if (!found) return <p class="quiet">{isLoading ? 'Looking …' : ''}</p>;
  if (found.length === 0) {
    return (
      <div class="panel">
        <Empty title={`No stream is found by ${value}`}>
          The id may be of another type, or nothing was ever appended under it.
        </Empty>
      </div>
    );
  }
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Stream</th>
            <th scope="col">Version</th>
            <th scope="col">Last event</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.streamId}>
              <td>
                <a href={href('streams', { stream: one.streamId })}>{one.streamId}</a>
              </td>
              <td>{one.version}</td>
              <td>{one.eventType ?? ''}</td>
              <td class="quiet">{ago(one.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Stream({ streamId }: { streamId: string }) {
  const {
    value: events,
    error,
    reload,
  } = useLoaded(streamId, () => read<ShownEvent[]>('stream', { id: streamId }));
  if (error) return <Problem error={error} />;
  if (!events) return <p class="quiet">Reading …</p>;
  if (events.length === 0) {
    return (
      <div class="panel">
        <Empty title="This stream has no events">Nothing was ever appended to {streamId}.</Empty>
      </div>
    );
  }
  const last = events.at(-1)?.version ?? 1;
  const at = Math.min(last, Math.max(1, Number(parameter('at')) || last));
  const event = events.find(({ version }) => version === at);
  const choose = (version: number) =>
    setParameters({ at: version === last ? '' : String(version) }, { isStep: false });
  return (
    <>
      <section class="panel" aria-label="The stream">
        <header>
          <h2 class="grow wrap">
            <code>{streamId}</code>
          </h2>
          <Copy text={streamId} />
          <button type="button" class="button" onClick={reload}>
            Read again
          </button>
        </header>
        <div class="versions">
          <label for="version">
            Version <b>{at}</b> of {last}
          </label>
          <input
            id="version"
            type="range"
            min={1}
            max={last}
            value={at}
            onInput={(changed) => choose(Number(changed.currentTarget.value))}
          />
          <label class="as-of">
            as of{' '}
            <input
              type="datetime-local"
              step="0.001"
              value={event?.metadata.timestamp.slice(0, 23) ?? ''}
              onChange={(changed) => choose(versionAsOf(events, `${changed.currentTarget.value}Z`))}
            />{' '}
            UTC
          </label>
        </div>
        <ol class="stream-events" aria-label="Events">
          {events.map((one) => (
            <li key={one.version}>
              <button
                type="button"
                aria-pressed={one.version === at}
                class={one.version > at ? 'later' : ''}
                onClick={() => choose(one.version)}
              >
                <span class="quiet">{one.version}</span>
                <strong>{one.eventType}</strong>
                <time>{one.metadata.timestamp.replace('T', ' ').slice(0, 23)}</time>
                <span class="quiet cut">by {one.metadata.userId}</span>
              </button>
            </li>
          ))}
        </ol>
      </section>
      <div class="three-columns">
        {event && <Event event={event} />}
        <State streamId={streamId} version={at} last={last} />
        <View
          streamId={streamId}
          version={at}
          last={last}
          asOf={at === last ? undefined : event?.metadata.timestamp}
        />
      </div>
      {event && <CausationOf correlationId={event.metadata.correlationId} chosen={`${streamId}@${at}`} />}
    </>
  );
}

/** The last version that was there at that time. */
function versionAsOf(events: readonly ShownEvent[], time: string): number {
  const later = events.findIndex(({ metadata }) => metadata.timestamp > new Date(time).toISOString());
  return events[(later < 0 ? events.length : Math.max(1, later)) - 1]?.version ?? 1;
}

function Event({ event }: { event: ShownEvent }) {
  const { data, metadata, eventType, version, schemaVersion } = event;
  return (
    <section class="panel" aria-label="The event">
      <header>
        <h2 class="grow">
          {eventType}{' '}
          <small class="quiet">
            @{version}, schema {schemaVersion}
          </small>
        </h2>
        <a class="button" href={href('flow', { follow: metadata.correlationId })}>
          Follow
        </a>
      </header>
      {data === undefined ? <p class="summary">Payloads are not shown here.</p> : <Json value={data} />}
      <details>
        <summary>Metadata</summary>
        <Json value={{ eventId: event.eventId, ...metadata }} />
      </details>
    </section>
  );
}

function State({ streamId, version, last }: { streamId: string; version: number; last: number }) {
  const { value, error } = useLoaded(`${streamId} ${version} ${last}`, () =>
    read<StreamState>('state', { id: streamId, version: String(version) }),
  );
  return (
    <section class="panel" aria-label="The state">
      <header>
        <h2>
          State <small class="quiet">after version {version}</small>
        </h2>
      </header>
      <Problem error={error || (value?.error ?? '')} />
      {value && !value.error && (
        <>
          <div class="body">
            <h3>What version {version} changed</h3>
            <Differences before={value.before} after={value.state} />
          </div>
          <details open>
            <summary>The whole state</summary>
            <Json value={value.state} />
          </details>
        </>
      )}
    </section>
  );
}

interface ViewProps {
  streamId: string;
  version: number;
  last: number;
  asOf: string | undefined;
}

function View({ streamId, version, last, asOf }: ViewProps) {
  const { value, error } = useLoaded(`${streamId} ${version} ${last} ${asOf}`, () =>
    read<StreamView[]>('views', { id: streamId, ...(asOf && { asOf }) }),
  );
  return (
    <section class="panel" aria-label="The view">
      <header>
        <h2>
          View <small class="quiet">what readers see</small>
        </h2>
      </header>
      <Problem error={error} />
      {value?.length === 0 && <p class="summary">No projection keeps a view of this aggregate.</p>}
      {value?.map(({ source, view, highlights = [], error: wrong }) => (
        <div key={source}>
          <p class="summary wrap">{source}</p>
          {wrong ? (
            <Problem error={wrong} />
          ) : (
            <>
              <Highlights view={view} names={highlights} />
              <Json value={view} />
            </>
          )}
        </div>
      ))}
    </section>
  );
}

/** What a person looks for first; of a time, how far away it is. */
function Highlights({ view, names }: { view: unknown; names: readonly string[] }) {
  const fields = (view ?? {}) as Record<string, unknown>;
  const shown = names.filter((name) => fields[name] !== undefined);
  if (shown.length === 0) return null;
  return (
    <dl class="highlights">
      {shown.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{highlightText(fields[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

function highlightText(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.map(highlightText).join(', ') : 'nothing';
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) {
    const ms = Date.parse(value) - Date.now();
    return ms > 0 ? `in ${duration(ms)}` : ago(value);
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function CausationOf({ correlationId, chosen = '' }: { correlationId: string; chosen?: string }) {
  const [trace, setTrace] = useState<Trace>();
  const [error, setError] = useState('');
  useEffect(() => {
    let isCurrent = true;
    read<Trace>('trace', { correlationId }).then(
      (found) => isCurrent && setTrace(found),
      (caught: Error) => isCurrent && setError(caught.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [correlationId, chosen]);
  const events = trace?.events.filter(({ eventId }) => eventId) ?? [];
  return (
    <section class="panel" aria-label="What caused what">
      <header>
        <h2 class="grow">
          Causation <small class="quiet">across streams, correlation id {shortId(correlationId)}</small>
        </h2>
        <a class="button" href={href('flow', { follow: correlationId })}>
          As a timeline
        </a>
      </header>
      <Problem error={error} />
      {trace && events.length === 0 && (
        <Empty title="Its way is not known any more">
          The console remembers what happened since the start, {count(50_000)} log lines at most. The events
          are still in the table.
        </Empty>
      )}
      {trace && events.length > 0 && <Causation trace={{ ...trace, events }} chosen={chosen} />}
    </section>
  );
}
