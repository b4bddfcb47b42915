import type { StreamView } from '../../protocol.ts';
import { ago, duration } from '../format.ts';
import { read } from '../server.ts';
import { Json } from '../ui/json.tsx';
import { Problem, useLoaded } from '../ui/parts.tsx';

interface ViewProps {
  streamId: string;
  version: number;
  last: number;
  asOf: string | undefined;
}

/** What projections keep of a stream. */
export function View({ streamId, version, last, asOf }: ViewProps) {
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
