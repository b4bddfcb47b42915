import { useState } from 'preact/hooks';
import { ago, count, shortStream } from '../format.ts';
import { queues } from '../live.ts';
import { href, parameter, setParameters } from '../location.ts';
import { description, mayChange, operate } from '../server.ts';
import { Json } from '../ui/json.tsx';
import { Action, Confirm, Copy, Empty, Problem, useLoaded } from '../ui/parts.tsx';
import { type Done, inChunks } from './in-chunks.ts';

interface Group {
  fingerprint: string;
  consumer: string;
  errorName: string;
  errorMessage: string;
  count: number;
  firstFailureAt: string;
  lastFailureAt: string;
}

interface Letter {
  messageId: string;
  consumer: string;
  fingerprint: string;
  errorName: string;
  errorMessage: string;
  firstFailureAt?: string;
  lastFailureAt?: string;
  receiveCount?: number;
  sentAt: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
}

interface Page {
  groups: Group[];
  deadLetters: Letter[];
  held: { consumer: string; count: number }[];
  continuationToken?: unknown;
}

const SHOWN = 200;
const COMES_BACK_MS = 2_500;

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

interface Asked {
  what: 'redrive' | 'discard';
  /** Only those of this stream. */
  stream?: string;
  matched: number;
}

interface GroupProps {
  group: Group;
  letters: Letter[];
  reload: () => void;
  /** The list is being read: whoever reads a queue at the same time sees a part of it. */
  isLoading: boolean;
}

function GroupPanel({ group, letters, reload, isLoading }: GroupProps) {
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

interface WholeProps {
  letter: Letter;
  /** Redrives those of one stream; absent where it has none, or something is being redriven. */
  redrive?: (stream: string) => Promise<void>;
}

function Whole({ letter, redrive }: WholeProps) {
  const { consumer, messageId } = letter;
  const { value, error } = useLoaded(messageId, () =>
    operate<{ message?: Letter & { body?: string; attributes: Record<string, string> } }>('dead-letters', {
      consumer,
      message: messageId,
    }),
  );
  if (error) return <Problem error={error} />;
  if (!value) return <p class="quiet summary">Reading …</p>;
  const { message } = value;
  if (!message) return <p class="quiet summary">It is not there any more, or in flight at this moment.</p>;
  const body = parsedBody(message.body);
  const knows = description.value.eventTypes.some(({ name }) => name === letter.eventType);
  return (
    <div class="whole">
      <dl>
        {(
          [
            ['message', messageId],
            ['receives', message.receiveCount],
            ['first failure', message.firstFailureAt],
            ['last failure', message.lastFailureAt],
            ['sent', message.sentAt],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? 'not known'}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons start">
        {redrive && (
          <Action run={() => redrive(letter.streamId ?? '')} disabled={!mayChange()}>
            Redrive this stream’s
          </Action>
        )}
        {letter.correlationId && (
          <a class="button" href={href('flow', { follow: letter.correlationId })}>
            Follow it
          </a>
        )}
        {letter.streamId && (
          <a class="button" href={href('streams', { stream: letter.streamId })}>
            Its stream
          </a>
        )}
        {knows && isObject(dataOf(body)) && (
          <a
            class="button"
            href={href('send', {
              event: letter.eventType ?? '',
              ...(letter.streamId && { id: letter.streamId.replace(/^[a-z]+-/, '') }),
              body: JSON.stringify(dataOf(body)),
            })}
          >
            Edit and send as a new event
          </a>
        )}
      </div>
      <details>
        <summary>Attributes</summary>
        <Json value={message.attributes} />
      </details>
      <details open>
        <summary>Body {message.body && <Copy text={message.body} />}</summary>
        {message.body === undefined ? (
          <p class="quiet summary">Payloads are not shown here.</p>
        ) : (
          <Json value={body} />
        )}
      </details>
    </div>
  );
}

function parsedBody(body: string | undefined): unknown {
  try {
    return body === undefined ? undefined : JSON.parse(body);
  } catch {
    return body;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const dataOf = (body: unknown): unknown => (body as { data?: unknown } | undefined)?.data;
