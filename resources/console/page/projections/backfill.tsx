import { useState } from 'preact/hooks';
import { count } from '../format.ts';
import { description, mayChange, operate } from '../server.ts';
import { Action, Confirm } from '../ui/parts.tsx';

interface Republished {
  published: number;
  tooOld: number;
  progress: number;
  continuationToken?: unknown;
}

const localTime = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

/** Puts events on the topic again: for a consumer that is new, or that has lost what it had. */
export function Backfill() {
  const [type, setType] = useState('');
  const [from, setFrom] = useState(() => localTime(Date.now() - 86_400_000));
  const [to, setTo] = useState(() => localTime(Date.now() + 3_600_000));
  const [asked, setAsked] = useState<number>();
  const [done, setDone] = useState<Republished>();
  const input = (dryRun: boolean) => ({
    ...(type && { type }),
    from: `${from}:00Z`,
    to: `${to}:00Z`,
    dryRun,
  });
  const run = async (dryRun: boolean): Promise<Republished> => {
    let sum: Republished = { published: 0, tooOld: 0, progress: 0 };
    let continuationToken: unknown;
    do {
      const part: Republished = await operate<Republished>('republish', {
        ...input(dryRun),
        ...(continuationToken ? { continuationToken } : {}),
      });
      sum = { ...part, published: sum.published + part.published, tooOld: sum.tooOld + part.tooOld };
      if (!dryRun) setDone(sum);
      continuationToken = part.continuationToken;
    } while (continuationToken);
    return sum;
  };
  return (
    <section class="panel" aria-label="Backfill">
      <header>
        <h2 class="grow">
          Backfill <small class="quiet">publish events again; who had them skips them</small>
        </h2>
        <Action run={async () => setAsked((await run(true)).published)} disabled={!mayChange()}>
          Count first
        </Action>
      </header>
      <div class="body form inline">
        <label>
          type{' '}
          <select value={type} onChange={(event) => setType(event.currentTarget.value)}>
            <option value="">all</option>
            {description.value.eventTypes.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          from{' '}
          <input type="datetime-local" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />{' '}
          UTC
        </label>
        <label>
          to <input type="datetime-local" value={to} onInput={(event) => setTo(event.currentTarget.value)} />{' '}
          UTC
        </label>
        {done && (
          <p role="status">
            {count(done.published)} events published again, {Math.round(done.progress * 100)} %
            {done.tooOld > 0 && `; ${count(done.tooOld)} are older than consumers remember and were left out`}
            .
          </p>
        )}
      </div>
      {asked !== undefined && (
        <Confirm
          title={`Publish ${count(asked)} events again?`}
          confirm={`Publish ${count(asked)}`}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            run(false);
          }}
        >
          <p>Every consumer whose filter takes them gets them. Who had them skips them.</p>
        </Confirm>
      )}
    </section>
  );
}
