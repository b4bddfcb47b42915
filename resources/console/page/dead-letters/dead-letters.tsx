import type { DeadLetter, Group } from '../../protocol.ts';
import { ago, count } from '../format.ts';
import { queues } from '../live.ts';
import { href, parameter, setParameters } from '../location.ts';
import { operate } from '../server.ts';
import { Action, Empty, Problem, useLoaded } from '../ui/parts.tsx';
import { GroupPanel } from './group.tsx';

interface Page {
  groups: Group[];
  deadLetters: DeadLetter[];
  held: { consumer: string; count: number }[];
  continuationToken?: unknown;
}

/** What consumers gave up on, by its cause; and what can be done about it. */
export function DeadLetters() {
  const dead = Object.values(queues.value).reduce((sum, one) => sum + one.dead, 0);
  const { value, error, isLoading, reload } = useLoaded('dead letters', () =>
    operate<Page>('dead-letters', {}),
  );
  const chosen = value?.groups.find((group) => group.fingerprint === parameter('cause'));
  return (
    <>
      <header class="screen-header">
        <h1>Dead letters</h1>
        <p>
          {value &&
            value.groups.length > 0 &&
            `${count(value.deadLetters.length)} messages, ${value.groups.length} causes`}
        </p>
        <Action run={async () => reload()}>{isLoading ? 'Looking …' : 'Look again'}</Action>
      </header>
      <Problem error={error} />
      {value && !isLoading && value.held.length === 0 && dead !== value.deadLetters.length && (
        <p class="notice" role="status">
          There are {count(dead)} dead letters by now: look again to see them.
        </p>
      )}
      {value?.held.map(({ consumer, count: held }) => (
        <p key={consumer} class="notice">
          {held} of {consumer} are in flight, held by someone who looks at them too: look again in a minute.
        </p>
      ))}
      {value && value.groups.length === 0 && (
        <div class="panel">
          <Empty title="No dead letters">
            Every consumer has handled what it received. To see some,{' '}
            <a href={href('break')}>break something</a>, or send the demo’s orders: one of its messages is
            poison.
          </Empty>
        </div>
      )}
      {value && value.groups.length > 0 && (
        <div class="two-columns">
          <ul class="panel choices" aria-label="Causes">
            {value.groups.map((group) => (
              <li key={`${group.consumer}${group.fingerprint}`}>
                <button
                  type="button"
                  aria-pressed={group === chosen}
                  onClick={() => setParameters({ cause: group.fingerprint, message: '' })}
                >
                  <span class="line">
                    <strong>{group.errorName}</strong>
                    <span class="badge">{group.count}</span>
                  </span>
                  <span class="line quiet">
                    {group.consumer} · {ago(group.lastFailureAt)}
                  </span>
                  <span class="cut quiet">{group.errorMessage}</span>
                </button>
              </li>
            ))}
          </ul>
          {chosen ? (
            <GroupPanel
              key={chosen.fingerprint}
              group={chosen}
              letters={value.deadLetters.filter(({ fingerprint }) => fingerprint === chosen.fingerprint)}
              reload={reload}
              isLoading={isLoading}
            />
          ) : (
            <div class="panel">
              <Empty title="Choose a cause">
                Its messages, and what can be done about them, are shown here.
              </Empty>
            </div>
          )}
        </div>
      )}
    </>
  );
}
