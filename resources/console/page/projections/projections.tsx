import { useEffect, useState } from 'preact/hooks';
import { ago, count } from '../format.ts';
import { href } from '../location.ts';
import { description, mayChange, operate } from '../server.ts';
import { Action, Confirm, Empty, Problem } from '../ui/parts.tsx';
import { Audit } from './audit.tsx';
import { Backfill } from './backfill.tsx';

interface Status {
  projection: string;
  live: number;
  liveSince?: string;
  newest: number;
  other?: {
    generation: number;
    phase: 'filling' | 'comparing' | 'ready' | 'kept' | 'dropping';
    since: string;
  };
  work?: {
    part: number;
    done: number;
    segments: { ended: number; of: number };
    waitsFor: number;
    failed: { segment: number; error: string }[];
    waiting: number;
  };
  comparison?: { streams: number; repaired: number; differing: number; examples: string[] };
}

type Step = 'start' | 'switch' | 'rollback' | 'cancel' | 'drop';

const LOOK_AGAIN_MS = 1_500;

/** Views that can be built anew: their generations, and what the audit says of everything that was delivered. */
export function Projections() {
  const { projections } = description.value;
  return (
    <>
      <header class="screen-header">
        <h1>Projections</h1>
        <p>Build views anew from the events while they are in use; find what has not arrived.</p>
      </header>
      {projections.length === 0 && (
        <div class="panel">
          <Empty title="No projection can be rebuilt">
            Only views that are a function of one stream can.
          </Empty>
        </div>
      )}
      <div class="cards">
        {projections.map((name) => (
          <ProjectionPanel key={name} name={name} />
        ))}
      </div>
      <Audit />
      <Backfill />
    </>
  );
}

function ProjectionPanel({ name }: { name: string }) {
  const [status, setStatus] = useState<Status>();
  const [error, setError] = useState('');
  const [asked, setAsked] = useState<Step>();
  const isWorking = ['filling', 'comparing', 'dropping'].includes(status?.other?.phase ?? '');

  const act = async (action: Step | 'status' | 'advance'): Promise<void> => {
    setAsked(undefined);
    setStatus(await operate<Status>('rebuild', { projection: name, action }));
    setError('');
  };
  const show = (action: Parameters<typeof act>[0]) =>
    act(action).catch((caught: Error) => setError(caught.message));

  useEffect(() => {
    show('status');
  }, [name]);
  useEffect(() => {
    if (!isWorking) return;
    // Looking alone moves nothing on: who may not change anything sees how far somebody else’s rebuild is.
    const timer = setTimeout(() => show(mayChange() ? 'advance' : 'status'), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [status]);

  const about = description.value.graph.nodes.find(({ label }) => label === name)?.description;
  return (
    <section class="panel" aria-label={name}>
      <header>
        <h2 class="grow">
          {name} <small class="quiet">{about}</small>
        </h2>
      </header>
      <div class="body">
        <Problem error={error} />
        {status && (
          <>
            <ul class="generations">
              <li class="live">
                <b>Generation {status.live}</b> is live
                {status.liveSince ? `, ${ago(status.liveSince)}` : ' since the first event'}
              </li>
              {status.other && (
                <li>
                  <b>Generation {status.other.generation}</b> is {phaseText[status.other.phase]},{' '}
                  {ago(status.other.since)}
                </li>
              )}
            </ul>
            <Work status={status} />
            <Buttons status={status} ask={setAsked} />
          </>
        )}
      </div>
      {asked && (
        <Confirm
          title={questions[asked].title(name)}
          confirm={questions[asked].yes}
          isDangerous={asked === 'drop' || asked === 'cancel'}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => show(asked)}
        >
          <p>{questions[asked].why}</p>
        </Confirm>
      )}
    </section>
  );
}

const phaseText = {
  filling: 'being filled from the events',
  comparing: 'being compared with the events',
  ready: 'ready to be switched to',
  kept: 'kept to go back to',
  dropping: 'being dropped',
};

const questions: Record<Step, { title: (name: string) => string; yes: string; why: string }> = {
  start: {
    title: (name) => `Build ${name} anew?`,
    yes: 'Rebuild',
    why: 'A new generation is filled from the events beside the live one. Readers notice nothing until you switch.',
  },
  switch: {
    title: (name) => `Switch ${name} to the new generation?`,
    yes: 'Switch',
    why: 'Readers get the new one within five seconds. The old one is kept up to date, and you can go back to it.',
  },
  rollback: {
    title: (name) => `Let ${name} go back?`,
    yes: 'Go back',
    why: 'Readers get the kept generation again; both are up to date.',
  },
  cancel: {
    title: (name) => `Give up the rebuild of ${name}?`,
    yes: 'Give it up',
    why: 'What was filled is deleted. The live generation stays as it is.',
  },
  drop: {
    title: (name) => `Drop the kept generation of ${name}?`,
    yes: 'Drop',
    why: 'Its views are deleted. After that there is nothing to go back to but another rebuild.',
  },
};

function Work({ status: { work, comparison } }: { status: Status }) {
  return (
    <>
      {work && (
        <p role="status">
          <progress max={1} value={work.part} aria-label="Progress" /> {Math.round(work.part * 100)} %,{' '}
          {count(work.done)} done
          {work.waitsFor > 0 && (
            <span class="quiet"> · begins in {work.waitsFor} s, when every process knows of it</span>
          )}
          {work.waiting > 0 && <span class="quiet"> · {work.waiting} wait for newer code</span>}
        </p>
      )}
      {work?.failed.map(({ segment, error }) => (
        <Problem key={segment} error={`Segment ${segment} is in the dead letters: ${error}`} />
      ))}
      {comparison && (
        <p class={comparison.differing > 0 ? 'bad' : 'quiet'}>
          {count(comparison.streams)} streams compared, {count(comparison.repaired)} repaired,{' '}
          {count(comparison.differing)} not the same in the live generation
          {comparison.differing > 0 ? ':' : '.'}{' '}
          {comparison.examples.map((stream) => (
            <a key={stream} href={href('streams', { stream })}>
              {stream}{' '}
            </a>
          ))}
        </p>
      )}
    </>
  );
}

interface ButtonsProps {
  status: Status;
  ask: (step: Step) => void;
}

function Buttons({ status: { other }, ask }: ButtonsProps) {
  const button = (step: Step, label: string, kind: 'primary' | 'danger' | 'plain' = 'plain') => (
    <Action kind={kind} disabled={!mayChange()} run={async () => ask(step)}>
      {label}
    </Action>
  );
  switch (other?.phase) {
    case undefined:
      return <div class="buttons start">{button('start', 'Rebuild')}</div>;
    case 'ready':
      return (
        <div class="buttons start">
          {button('switch', 'Switch to it', 'primary')}
          {button('cancel', 'Give it up', 'danger')}
        </div>
      );
    case 'kept':
      return (
        <div class="buttons start">
          {button('rollback', 'Go back to it')}
          {button('drop', 'Drop it', 'danger')}
        </div>
      );
    case 'dropping':
      return null;
    default:
      return <div class="buttons start">{button('cancel', 'Give it up', 'danger')}</div>;
  }
}
