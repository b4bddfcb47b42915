import { useState } from 'preact/hooks';
import { count } from '../format.ts';
import { href } from '../location.ts';
import { mayChange, operateInSteps, type Step } from '../server.ts';
import { Action } from '../ui/parts.tsx';

interface Audited extends Step {
  from: string;
  to: string;
  events: number;
  behind: { eventType: string; streamId: string; version: number; missingAt: { consumer: string }[] }[];
  redelivered: number;
  progress: number;
}

const SHOWN = 50;

/** Compares every event of a day with what its consumers have. */
export function Audit() {
  const [found, setFound] = useState<Audited>();
  const run = async (redeliver: boolean) => {
    let sum: Audited | undefined;
    for await (const part of operateInSteps<Audited>('audit', { redeliver, limit: 10 })) {
      sum = {
        ...part,
        events: (sum?.events ?? 0) + part.events,
        behind: [...(sum?.behind ?? []), ...part.behind],
        redelivered: (sum?.redelivered ?? 0) + part.redelivered,
      };
      setFound(sum);
    }
  };
  return (
    <section class="panel" aria-label="Audit">
      <header>
        <h2 class="grow">
          Audit <small class="quiet">has every event of the last day arrived everywhere?</small>
        </h2>
        <Action run={() => run(false)}>Compare</Action>
        {found && found.behind.length > 0 && (
          <Action kind="primary" run={() => run(true)} disabled={!mayChange()}>
            Send what is missing again
          </Action>
        )}
      </header>
      <div class="body" role="status">
        {!found && (
          <p class="quiet">It also runs by itself every five minutes, and sends again what is missing.</p>
        )}
        {found && (
          <p>
            {count(found.events)} events compared
            {found.progress < 1 && `, ${Math.round(found.progress * 100)} %`};{' '}
            <span class={found.behind.length > 0 ? 'bad' : 'good'}>
              {count(found.behind.length)} have not arrived
            </span>
            {found.redelivered > 0 && `; ${count(found.redelivered)} messages sent again`}.
          </p>
        )}
        <ul>
          {found?.behind.slice(0, SHOWN).map(({ eventType, streamId, version, missingAt }) => (
            <li key={`${streamId}@${version}`}>
              <a href={href('streams', { stream: streamId, at: String(version) })}>
                {eventType} {streamId}@{version}
              </a>{' '}
              <span class="quiet">is missing at {missingAt.map(({ consumer }) => consumer).join(', ')}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
