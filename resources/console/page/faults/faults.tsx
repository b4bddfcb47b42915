import type { FaultChange, FaultState } from '../../protocol.ts';
import { Numbers } from '../flow/graph.tsx';
import { count } from '../format.ts';
import { faults } from '../live.ts';
import { href } from '../location.ts';
import { description, read, write } from '../server.ts';
import { Action, Problem, useLoaded } from '../ui/parts.tsx';

const change = async (what: FaultChange): Promise<void> => {
  faults.value = await write<FaultState>('faults', what);
};

const DELAY_MS = 2_000;

/** The faults that happen on AWS, as switches: nothing may be lost by any of them. */
export function BreakIt() {
  const state = faults.value;
  const { value, error } = useLoaded('tables', () => read<{ tables: Record<string, string> }>('faults'));
  if (!state) return <Problem error={error || 'Nothing can be broken here: only the local run can.'} />;
  const { graph, consumers } = description.value;
  const publishers = graph.nodes.filter(({ kind }) => kind === 'publisher').map(({ label }) => label);
  return (
    <>
      <header class="screen-header">
        <h1>Break it</h1>
        <p>
          What goes wrong on AWS, on purpose. Nothing may be lost: watch it in <a href={href('flow')}>Flow</a>
          .
        </p>
        <Action run={() => change({ fault: 'none' })}>Switch everything off</Action>
      </header>
      <div class="panel scroll">
        <table class="faults">
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col">Paused</th>
              <th scope="col">Kill the next</th>
              <th scope="col">Delayed</th>
              <th scope="col">Doubled</th>
              <th scope="col">Reordered</th>
            </tr>
          </thead>
          <tbody>
            {[...publishers, ...consumers].map((name) => (
              <Row key={name} name={name} state={state} hasQueue={consumers.includes(name)} />
            ))}
          </tbody>
        </table>
      </div>
      <section class="panel" aria-label="Throttled tables">
        <header>
          <h2>Throttle a table</h2>
        </header>
        <div class="body">
          <p class="quiet">
            DynamoDB refuses this part of all calls of the functions. The SDK tries again; what still fails is
            retried with its message. The functions begin anew when the first table is throttled, and when
            none is any more.
          </p>
          {Object.entries(value?.tables ?? {}).map(([id, name]) => (
            <div key={id} class="field">
              <label for={`throttle-${id}`} title={name}>
                {id}
              </label>
              <select
                id={`throttle-${id}`}
                value={String(state.throttled[id] ?? 0)}
                onChange={(event) =>
                  change({ fault: 'throttled', target: id, part: Number(event.currentTarget.value) })
                }
              >
                <option value="0">no</option>
                <option value="0.1">one call in ten</option>
                <option value="0.5">every other call</option>
                <option value="1">all calls</option>
              </select>
            </div>
          ))}
        </div>
      </section>
      {Object.keys(state.struck).length > 0 && (
        <p class="figures" role="status">
          {Object.entries(state.struck).map(([kind, times]) => (
            <span key={kind}>
              <b>{count(times)}</b> {kind}
            </span>
          ))}
        </p>
      )}
      <p class="quiet">
        A killed function’s messages come back after three seconds here; on AWS after the queue’s visibility
        timeout. After five receives a message is a <a href={href('dead-letters')}>dead letter</a>.
      </p>
    </>
  );
}

function Row({ name, state, hasQueue }: { name: string; state: FaultState; hasQueue: boolean }) {
  const toggle = (fault: 'paused' | 'duplicated' | 'reordered', label: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={state[fault].includes(name)}
        onChange={(event) => change({ fault, target: name, on: event.currentTarget.checked })}
      />
      <span class="hidden">
        {name} {label}
      </span>
    </label>
  );
  return (
    <tr>
      <th scope="row">
        <strong>{name}</strong>
        {hasQueue && <Numbers consumer={name} />}
      </th>
      <td>{toggle('paused', 'paused')}</td>
      <td>
        <select
          aria-label={`Kill the next invocation of ${name}`}
          value={state.killed[name] ?? ''}
          onChange={(event) =>
            change({
              fault: 'killed',
              target: name,
              when: (event.currentTarget.value || null) as 'before' | 'after' | null,
            })
          }
        >
          <option value="">no</option>
          <option value="before">before its work</option>
          <option value="after">after its work</option>
        </select>
      </td>
      <td>
        <label class="check">
          <input
            type="checkbox"
            checked={state.delayed[name] !== undefined}
            onChange={(event) =>
              change({ fault: 'delayed', target: name, ms: event.currentTarget.checked ? DELAY_MS : 0 })
            }
          />
          <span class="quiet">2 s</span>
          <span class="hidden">{name} delayed</span>
        </label>
      </td>
      <td>{toggle('duplicated', 'given everything twice')}</td>
      <td>{toggle('reordered', 'given in another order')}</td>
    </tr>
  );
}
