import type { ShownEvent, StreamState } from '../../protocol.ts';
import { href, parameter, setParameters } from '../location.ts';
import { read } from '../server.ts';
import { Differences, Json } from '../ui/json.tsx';
import { Copy, Empty, Problem, useLoaded } from '../ui/parts.tsx';
import { CausationOf } from './causation-of.tsx';
import { Finder, Found } from './finder.tsx';
import { View } from './view.tsx';

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
