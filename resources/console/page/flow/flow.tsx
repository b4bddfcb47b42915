import { count } from '../format.ts';
import { drawn, eventRate, queues, rows, total } from '../live.ts';
import { parameter, setParameters } from '../location.ts';
import { description, write } from '../server.ts';
import { Action } from '../ui/parts.tsx';
import { EventList } from './events.tsx';
import { FlowGraph, healthOf, Numbers } from './graph.tsx';
import { TracePanel } from './trace.tsx';

/** The first screen: where events come from, where they go, and what becomes of them. */
export function Flow() {
  const follow = parameter('follow');
  return (
    <div class="flow">
      <header class="screen-header">
        <h1>Flow</h1>
        <Summary />
        {description.value.demo && (
          <Action kind="primary" run={() => write('demo')}>
            {description.value.demo}
          </Action>
        )}
      </header>
      <FlowGraph />
      <Compact />
      <div class={follow ? 'below has-trace' : 'below'}>
        <section class="events panel" aria-label="Events">
          <Filters />
          <EventList />
        </section>
        {follow && (
          <TracePanel key={follow} correlationId={follow} onClose={() => setParameters({ follow: '' })} />
        )}
      </div>
    </div>
  );
}

function Summary() {
  drawn.value;
  const dead = Object.values(queues.value).reduce((sum, one) => sum + one.dead, 0);
  const waiting = Object.values(queues.value).reduce((sum, one) => sum + one.waiting + one.inFlight, 0);
  return (
    <p class="figures" aria-live="off">
      <span>
        <b>{count(total.value)}</b> events
      </span>
      <span>
        <b>{eventRate().toFixed(eventRate() < 10 ? 1 : 0)}</b> a second
      </span>
      <span>
        <b>{count(waiting)}</b> messages on their way
      </span>
      <span class={dead > 0 ? 'bad' : ''}>
        <b>{count(dead)}</b> dead
      </span>
    </p>
  );
}

function Filters() {
  drawn.value;
  const { eventTypes, consumers } = description.value;
  const pick = (name: string, label: string, all: string, values: readonly string[]) => (
    <label>
      <span class="hidden">{label}</span>
      <select
        value={parameter(name)}
        onChange={(event) => setParameters({ [name]: event.currentTarget.value })}
      >
        <option value="">{all}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <search class="filters">
      <label class="grow">
        <span class="hidden">Find in streams and correlation ids</span>
        <input
          type="search"
          placeholder="Stream, correlation id …"
          value={parameter('find')}
          onInput={(event) => setParameters({ find: event.currentTarget.value }, { isStep: false })}
        />
      </label>
      {pick(
        'type',
        'Event type',
        'All types',
        eventTypes.map(({ name }) => name),
      )}
      {pick('consumer', 'Consumer', 'All consumers', consumers)}
      <label class="check">
        <input
          type="checkbox"
          checked={parameter('failed') !== ''}
          onChange={(event) => setParameters({ failed: event.currentTarget.checked ? '1' : '' })}
        />
        Failed only
      </label>
      <span class="quiet">{count(rows.length)} events</span>
    </search>
  );
}

/** The same on a narrow screen: a list in place of the graph. */
function Compact() {
  drawn.value;
  const { graph } = description.value;
  const consumers = graph.nodes.filter(({ kind }) => kind === 'consumer');
  return (
    <ul class="compact" aria-label="Consumers">
      {consumers.map(({ label }) => (
        <li key={label} class={`is-${healthOf(label)}`}>
          <button
            type="button"
            aria-pressed={parameter('consumer') === label}
            onClick={() => setParameters({ consumer: parameter('consumer') === label ? '' : label })}
          >
            <strong>{label}</strong>
            <Numbers consumer={label} />
          </button>
        </li>
      ))}
    </ul>
  );
}
