import { useState } from 'preact/hooks';
import { count, filterText } from '../format.ts';
import { description, mayChange, operateInSteps } from '../server.ts';
import { Action, Confirm, Problem } from '../ui/parts.tsx';
import { type Backfilled, BackfillResult } from './backfill-result.tsx';

interface Request {
  consumer: string;
  from: string;
  /** Absent: the time at which it begins. */
  to?: string;
  old: boolean;
}

const DAY_MS = 86_400_000;

const minuteOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

/** Sends the events of a time to the queue of one consumer: one that is new, or that has missed some. */
export function Backfill() {
  const [consumer, setConsumer] = useState('');
  const [from, setFrom] = useState(() => minuteOf(Date.now() - DAY_MS));
  const [to, setTo] = useState('');
  const [old, setOld] = useState(false);
  /** The sum of a dry run's steps, or of those that sent something. */
  const [result, setResult] = useState<Backfilled>();
  const [isCounted, setCounted] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState('');

  /** A count is of what was asked for: whoever asks for something else counts again. */
  const change = (set: () => void) => {
    set();
    setResult(undefined);
    setCounted(false);
    setError('');
  };
  const run = async (request: Request, dryRun: boolean) => {
    setResult(undefined);
    setCounted(false);
    setError('');
    setBusy(true);
    try {
      let sum: Backfilled | undefined;
      for await (const step of operateInSteps<Backfilled>('republish', { ...request, dryRun })) {
        sum = {
          ...step,
          sent: step.sent + (sum?.sent ?? 0),
          tooOld: step.tooOld + (sum?.tooOld ?? 0),
          refused: [...(sum?.refused ?? []), ...(step.refused ?? [])],
        };
        setResult(sum);
      }
      setCounted(dryRun);
    } catch (caught) {
      setError((caught as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const countFirst = () => run({ consumer, from: `${from}:00Z`, ...(to && { to: `${to}:00Z` }), old }, true);

  const { nodes, edges } = description.value.graph;
  const subscriptions = edges
    .filter(({ kind }) => kind === 'delivers')
    .map((edge) => ({ ...edge, consumer: nodes.find(({ id }) => id === edge.to)?.label ?? edge.to }));
  const chosen = subscriptions.find((one) => one.consumer === consumer);
  return (
    <section class="panel" aria-label="Backfill">
      <header>
        <h2 class="grow">
          Backfill <small class="quiet">send one consumer what it has missed, and no other</small>
        </h2>
        <Action run={countFirst} disabled={!consumer || !from || isBusy}>
          Count first
        </Action>
        {isCounted && result && result.sent > 0 && (
          <Action kind="primary" run={async () => setAsked(true)} disabled={isBusy || !mayChange()}>
            Send {count(result.sent)}
          </Action>
        )}
      </header>
      <fieldset class="body form inline" disabled={isBusy}>
        <label>
          consumer{' '}
          <select
            value={consumer}
            onChange={({ currentTarget: { value } }) => change(() => setConsumer(value))}
          >
            <option value="">choose one</option>
            {subscriptions.map((one) => (
              <option key={one.to}>{one.consumer}</option>
            ))}
          </select>
        </label>
        <label>
          from{' '}
          <input
            type="datetime-local"
            value={from}
            onInput={({ currentTarget: { value } }) => change(() => setFrom(value))}
          />{' '}
          UTC
        </label>
        <label>
          to{' '}
          <input
            type="datetime-local"
            value={to}
            onInput={({ currentTarget: { value } }) => change(() => setTo(value))}
          />{' '}
          UTC, or now
        </label>
        <label>
          <input
            type="checkbox"
            checked={old}
            onChange={({ currentTarget: { checked } }) => change(() => setOld(checked))}
          />{' '}
          also those older than 29 days
        </label>
        {chosen && <p class="quiet">Its filter lets through: {filterText(chosen.filter)}.</p>}
      </fieldset>
      {result && <BackfillResult result={result} hasFailed={error !== ''} />}
      <Problem error={error} />
      {isAsked && result && (
        <Confirm
          title={`Send ${count(result.sent)} events to ${consumer}?`}
          confirm={`Send ${count(result.sent)}`}
          onCancel={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false);
            // The time that was counted.
            run({ consumer, from: result.from, to: result.to, old }, false);
          }}
        >
          <p>They go to its queue and to no other. It skips those that it has handled and remembers.</p>
        </Confirm>
      )}
    </section>
  );
}
