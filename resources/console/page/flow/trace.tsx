import { useEffect, useState } from 'preact/hooks';
import type { Attempt, Trace, TraceEvent } from '../../protocol.ts';
import { duration, shortStream, timeOfDay } from '../format.ts';
import { onHop } from '../live.ts';
import { href } from '../location.ts';
import { read } from '../server.ts';
import { Copy, Empty, Problem } from '../ui/parts.tsx';

interface Line {
  key: string;
  depth: number;
  kind: 'request' | 'event' | 'delivery';
  label: string;
  detail?: string;
  link?: string;
  from: number;
  to: number;
  marks: { at: number; state: string; title: string }[];
  state: 'good' | 'bad';
}

/** Everything that one correlation id has set off, as a tree, each line with its place in time. */
export function TracePanel({ correlationId, onClose }: { correlationId: string; onClose?: () => void }) {
  const [trace, setTrace] = useState<Trace>();
  const [error, setError] = useState('');
  useEffect(() => {
    let isCurrent = true;
    let timer = 0;
    const load = () => {
      timer = 0;
      read<Trace>('trace', { correlationId }).then(
        (found) => isCurrent && setTrace(found),
        (caught: Error) => isCurrent && setError(caught.message),
      );
    };
    load();
    const stop = onHop((hop) => {
      if (hop.k === correlationId) timer ||= window.setTimeout(load, 250);
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      stop();
    };
  }, [correlationId]);
  return (
    <section class="trace panel" aria-label="What one correlation id has set off">
      <header>
        <h2>
          <small>correlation id</small>
          <code>{correlationId}</code>
        </h2>
        <Copy text={correlationId} />
        <a class="button" href={href('streams', { correlation: correlationId })}>
          As a graph
        </a>
        {onClose && (
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
        )}
      </header>
      <Problem error={error} />
      {trace &&
        (trace.events.length > 0 || trace.requests.length > 0 ? <Timeline trace={trace} /> : <Unknown />)}
    </section>
  );
}

const Unknown = () => (
  <Empty title="Nothing is known of this correlation id">
    What happened before the start, or longer ago than the console remembers, is not here. Find its stream in
    Streams.
  </Empty>
);

function Timeline({ trace }: { trace: Trace }) {
  const lines = linesOf(trace);
  const from = Math.min(...lines.map((line) => line.from));
  const to = Math.max(from + 1, ...lines.map((line) => line.to));
  const part = (at: number) => `${(100 * (at - from)) / (to - from)}%`;
  const failures = lines.filter(({ kind, state }) => kind === 'delivery' && state === 'bad').length;
  return (
    <>
      <p class="summary">
        {trace.requests.length} {trace.requests.length === 1 ? 'request' : 'requests'}, {trace.events.length}{' '}
        {trace.events.length === 1 ? 'event' : 'events'}, {duration(to - from)} from {timeOfDay(from)}
        {failures > 0 && <em class="bad"> · {failures} failed</em>}
      </p>
      <ol class="timeline">
        {lines.map((line) => (
          <li key={line.key} class={`${line.kind} is-${line.state}`} style={{ '--depth': line.depth }}>
            <span class="label">
              {line.link ? <a href={line.link}>{line.label}</a> : line.label}
              {line.detail && <small>{line.detail}</small>}
            </span>
            <span class="lane" aria-hidden="true">
              <span
                class="bar"
                style={{
                  left: part(line.from),
                  width: `max(3px, calc(${part(line.to)} - ${part(line.from)}))`,
                }}
              />
              {line.marks.map((mark) => (
                <span
                  key={`${mark.at}${mark.title}`}
                  class={`mark ${mark.state}`}
                  style={{ left: part(mark.at) }}
                  title={mark.title}
                />
              ))}
            </span>
            <span class="took">{duration(line.to - line.from)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function linesOf({ requests, events }: Trace): Line[] {
  const lines: Line[] = [];
  const shown = new Set<string>();

  const addEvent = (event: TraceEvent, depth: number): void => {
    if (shown.has(event.key)) return;
    shown.add(event.key);
    const ends = event.deliveries.flatMap(({ attempts }) => attempts.map(({ at }) => at));
    const published = event.publishedAt;
    lines.push({
      key: event.key,
      depth,
      kind: 'event',
      label: event.eventType,
      detail: `${shortStream(event.streamId)}${event.version ? `@${event.version}` : ' a message that is no event'}`,
      ...(event.streamId && { link: href('streams', { stream: event.streamId, at: String(event.version) }) }),
      from: event.at,
      to: published ?? event.at,
      marks: published
        ? [{ at: published, state: 'published', title: `published ${duration(published - event.at)} later` }]
        : [],
      state: event.deliveries.some(({ attempts }) => isBad(attempts)) ? 'bad' : 'good',
    });
    for (const { consumer, attempts } of event.deliveries) {
      const begin = published ?? event.at;
      const caused = events.filter(({ cause, by }) => cause === event.key && by === consumer);
      lines.push({
        key: `${event.key} ${consumer}`,
        depth: depth + 1,
        kind: 'delivery',
        label: consumer,
        detail: saidOf(attempts),
        from: begin,
        to: Math.max(begin, ...ends.filter((at) => attempts.some((one) => one.at === at))),
        marks: attempts.map(({ at, outcome, error }) => ({
          at,
          state: outcome,
          title: `${outcome}${error ? `: ${error}` : ''}`,
        })),
        state: isBad(attempts) ? 'bad' : 'good',
      });
      for (const one of caused) addEvent(one, depth + 2);
    }
    for (const one of events) if (one.cause === event.key) addEvent(one, depth + 1);
  };

  requests.forEach((request, index) => {
    const caused = events.filter((event) => event.request === index && !event.cause);
    // Reading sets nothing off.
    if (caused.length === 0 && request.route.startsWith('GET') && request.status < 400) return;
    lines.push({
      key: `request ${index}`,
      depth: 0,
      kind: 'request',
      label: request.route,
      detail: String(request.status),
      from: request.at,
      to: request.at + request.ms,
      marks: [],
      state: request.status >= 400 ? 'bad' : 'good',
    });
    for (const event of caused) addEvent(event, 1);
  });
  for (const event of events) addEvent(event, 0);
  return lines;
}

/** What became of it in the end. */
const isBad = (attempts: readonly Attempt[]): boolean =>
  !['handled', 'redriven', 'discarded'].includes(attempts.at(-1)?.outcome ?? '');

function saidOf(attempts: readonly Attempt[]): string {
  const last = attempts.at(-1);
  if (!last) return '';
  const tries = Math.max(...attempts.map(({ receiveCount = 1 }) => receiveCount));
  const again = tries > 1 ? `, receive ${tries}` : '';
  const twice = attempts.filter(({ outcome }) => outcome === 'handled').length > 1 ? ', more than once' : '';
  return `${last.outcome === 'dead' ? 'dead letter' : last.outcome}${again}${twice}${last.error ? ` · ${last.error}` : ''}`;
}
