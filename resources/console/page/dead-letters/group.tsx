import { useState } from 'preact/hooks';
import type { DeadLetter, Group } from '../../protocol.ts';
import { ago, count, shortStream } from '../format.ts';
import { queues } from '../live.ts';
import { parameter, setParameters } from '../location.ts';
import { mayChange, operate } from '../server.ts';
import { Action, Confirm, Problem } from '../ui/parts.tsx';
import { type Done, inChunks } from './in-chunks.ts';
import { Whole } from './whole.tsx';

const SHOWN = 200;
const COMES_BACK_MS = 2_500;

interface Asked {
  what: 'redrive' | 'discard';
  /** Only those of this stream. */
  stream?: string;
  matched: number;
}

interface GroupProps {
  group: Group;
  letters: DeadLetter[];
  reload: () => void;
  /** The list is being read: whoever reads a queue at the same time sees a part of it. */
  isLoading: boolean;
}

/** The dead letters of one cause at one consumer, and what can be done about them. */
export function GroupPanel({ group, letters, reload, isLoading }: GroupProps) {
  const { consumer, fingerprint } = group;
  const [asked, setAsked] = useState<Asked>();
  const [progress, setProgress] = useState<Done>();
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);

  const inputOf = ({ what, stream }: Omit<Asked, 'matched'>, dryRun: boolean) => ({
    ...(what === 'discard' && { discard: true }),
    ...(stream && { stream }),
    consumer,
    fingerprint,
    dryRun,
  });
  const ask = async (wanted: Omit<Asked, 'matched'>) => {
    const { matched } = await operate<{ matched: number }>('redrive', inputOf(wanted, true));
    setAsked({ ...wanted, matched });
  };
  const carryOut = async (wanted: Asked) => {
    setAsked(undefined);
    setError('');
    setBusy(true);
    try {
      await inChunks(inputOf(wanted, false), (done) => setProgress({ ...done }));
      if (wanted.what === 'redrive') setProgress((done) => done && { ...done, isWatched: true });
    } catch (caught) {
      setError((caught as Error).message);
    }
    // What fails again needs a moment to come back.
    await new Promise((resolve) => setTimeout(resolve, COMES_BACK_MS));
    setBusy(false);
    reload();
  };
  return (
    <section class="panel" aria-label={`Dead letters of one cause at ${consumer}`}>
      <header>
        <h2 class="grow">
          {group.errorName} <small class="quiet">at {consumer}</small>
        </h2>
        <Action
          run={() => ask({ what: 'redrive' })}
          kind="primary"
          disabled={isBusy || isLoading || !mayChange()}
        >
          Redrive all {group.count}
        </Action>
        <Action
          run={() => ask({ what: 'discard' })}
          kind="danger"
          disabled={isBusy || isLoading || !mayChange()}
        >
          Discard
        </Action>
      </header>
      <p class="reason">{group.errorMessage}</p>
      <Problem error={error} />
      {progress && <Progress done={progress} consumer={consumer} />}
      <ul class="letters" aria-label="Messages">
        {letters.slice(0, SHOWN).map((letter) => (
          <li key={letter.messageId}>
            <button
              type="button"
              aria-expanded={parameter('message') === letter.messageId}
              onClick={() =>
                setParameters({ message: parameter('message') === letter.messageId ? '' : letter.messageId })
              }
            >
              <strong>{letter.eventType ?? 'no event'}</strong>
              <code>
                {letter.streamId ? shortStream(letter.streamId) : 'no stream'}
                {letter.version !== undefined && `@${letter.version}`}
              </code>
              <span class="quiet">{ago(letter.lastFailureAt ?? letter.sentAt)}</span>
            </button>
            {parameter('message') === letter.messageId && (
              <Whole
                letter={letter}
                {...(letter.streamId &&
                  !isBusy && { redrive: (stream: string) => ask({ what: 'redrive', stream }) })}
              />
            )}
          </li>
        ))}
      </ul>
      {letters.length > SHOWN && (
        <p class="summary">… and {count(letters.length - SHOWN)} more of this cause</p>
      )}
      {asked && (
        <Confirm
          title={
            asked.what === 'redrive'
              ? `Send ${asked.matched} messages back to ${consumer}?`
              : `Delete ${asked.matched} messages for good?`
          }
          confirm={asked.what === 'redrive' ? `Redrive ${asked.matched}` : `Delete ${asked.matched}`}
          isDangerous={asked.what === 'discard'}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => carryOut(asked)}
        >
          <p>
            {asked.what === 'redrive'
              ? 'They go to its queue and to no other, the versions of a stream in order. What fails again comes back here.'
              : 'Nobody can bring them back. What the events were is still in the events table.'}
          </p>
        </Confirm>
      )}
    </section>
  );
}

function Progress({ done, consumer }: { done: Done; consumer: string }) {
  const backDead = queues.value[consumer]?.dead ?? 0;
  return (
    <p class="notice" role="status">
      <progress max={Math.max(1, done.matched)} value={done.gone} aria-label="Done" />
      {done.gone} of {done.matched} {done.isDiscarded ? 'deleted' : 'sent back'}
      {done.notDone > 0 && `, ${done.notDone} could not be`}.{' '}
      {done.isWatched && `Dead letters at ${consumer} now: ${backDead}.`}
    </p>
  );
}
