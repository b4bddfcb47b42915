import type { Trace } from '../../protocol.ts';
import { count, shortId } from '../format.ts';
import { href } from '../location.ts';
import { read } from '../server.ts';
import { Empty, Problem, useLoaded } from '../ui/parts.tsx';
import { Causation } from './causation.tsx';

/** The causation of what a correlation id led to; the chosen event (`order-1@2`) is marked. */
export function CausationOf({ correlationId, chosen = '' }: { correlationId: string; chosen?: string }) {
  const { value: trace, error } = useLoaded(`${correlationId} ${chosen}`, () =>
    read<Trace>('trace', { correlationId }),
  );
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
