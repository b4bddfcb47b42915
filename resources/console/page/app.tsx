import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { ContractScreen } from './contract/contract.tsx';
import { DeadLetters } from './dead-letters/dead-letters.tsx';
import { BreakIt } from './faults/faults.tsx';
import { Flow } from './flow/flow.tsx';
import { connection, faults, queues, trouble } from './live.ts';
import { follow, href, screen } from './location.ts';
import { Projections } from './projections/projections.tsx';
import { Send } from './send/send.tsx';
import { description, mayChange, typedStage } from './server.ts';
import { Streams } from './streams/streams.tsx';
import { Empty } from './ui/parts.tsx';

interface Screen {
  name: string;
  label: string;
  icon: string;
  view: ComponentType;
  /** Only where something can be broken. */
  isLocalOnly?: true;
}

/** Paths of 16 × 16 icons, drawn with the text's colour. */
const icons = {
  flow: 'M1 8h4m6-5h4m-4 10h4M5 8l6-5M5 8l6 5M5 8h10',
  streams: 'M2 4h12M2 8h12M2 12h8',
  dead: 'M3 4h10v9H3zM1 4h14M6 7v3m4-3v3',
  send: 'M2 8l12-6-4 12-3-5z',
  break: 'M9 1L4 9h4l-1 6 5-8H8z',
  projections: 'M2 13V8m4 5V4m4 9V6m4 7V2',
  contract: 'M3 2h7l3 3v9H3zM5 7h6M5 10h6',
};

const screens: Screen[] = [
  { name: 'flow', label: 'Flow', icon: icons.flow, view: Flow },
  { name: 'streams', label: 'Streams', icon: icons.streams, view: Streams },
  { name: 'dead-letters', label: 'Dead letters', icon: icons.dead, view: DeadLetters },
  { name: 'send', label: 'Send', icon: icons.send, view: Send },
  { name: 'break', label: 'Break it', icon: icons.break, view: BreakIt, isLocalOnly: true },
  { name: 'projections', label: 'Projections', icon: icons.projections, view: Projections },
  { name: 'contract', label: 'Contract', icon: icons.contract, view: ContractScreen },
];

export function App() {
  const chosen = screens.find(({ name }) => name === screen.value);
  const View = chosen?.view ?? Missing;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is clicked; this only keeps them in the page
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above; Enter on a link is a click
    <div class="app" onClick={follow}>
      <a class="skip" href="#main">
        Skip to the screen
      </a>
      <Navigation />
      <main id="main" tabIndex={-1}>
        <Notices />
        <View key={screen.value} />
      </main>
    </div>
  );
}

const Missing = () => (
  <Empty title="There is no such screen">
    <a href={href('flow')}>Go to Flow</a>
  </Empty>
);

function Navigation() {
  const { title, stage, isLocal } = description.value;
  const dead = Object.values(queues.value).reduce((sum, one) => sum + one.dead, 0);
  const broken = faultCount();
  const badge: Record<string, number> = { 'dead-letters': dead, break: broken };
  return (
    <nav class="rail" aria-label="Screens">
      <a class="brand" href={href('flow')}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={icons.flow} />
        </svg>
        <span>
          <strong>{title}</strong>
          <small>{isLocal ? `local · ${stage}` : stage}</small>
        </span>
      </a>
      <ul>
        {screens
          .filter(({ isLocalOnly }) => isLocal || !isLocalOnly)
          .map(({ name, label, icon }) => (
            <li key={name}>
              <a href={href(name)} aria-current={screen.value === name ? 'page' : undefined}>
                <svg viewBox="0 0 16 16" aria-hidden="true">
                  <path d={icon} />
                </svg>
                {label}
                {(badge[name] ?? 0) > 0 && (
                  <span class="badge">
                    {badge[name]}
                    <span class="hidden">{name === 'break' ? ' switched on' : ' dead letters'}</span>
                  </span>
                )}
              </a>
            </li>
          ))}
      </ul>
      <p class={`connection is-${connection.value}`} role="status">
        {connection.value === 'live' ? 'live' : connection.value === 'lost' ? 'not connected' : 'connecting'}
      </p>
    </nav>
  );
}

function faultCount(): number {
  const state = faults.value;
  if (!state) return 0;
  const { paused, killed, delayed, duplicated, reordered, throttled } = state;
  return (
    paused.length +
    duplicated.length +
    reordered.length +
    [killed, delayed, throttled].reduce((sum, one) => sum + Object.keys(one).length, 0)
  );
}

function Notices() {
  const { isLocal } = description.value;
  return (
    <>
      {connection.value === 'lost' && (
        <p class="notice bad" role="alert">
          {isLocal
            ? 'The local run does not answer. Start it again with npm start; this page comes back by itself.'
            : 'The console’s server does not answer. Start it again with npm run console.'}
        </p>
      )}
      {trouble.value && (
        <p class="notice bad" role="alert">
          {trouble.value}
        </p>
      )}
      {!isLocal && <StageNotice />}
    </>
  );
}

function StageNotice() {
  const { stage, payloads } = description.value;
  const [typed, setTyped] = useState('');
  if (mayChange()) {
    return (
      <p class="notice warn" role="status">
        Changes to <b>{stage}</b> are allowed in this page.{' '}
        <button
          type="button"
          class="button"
          onClick={() => {
            typedStage.value = '';
          }}
        >
          Read only again
        </button>
      </p>
    );
  }
  return (
    <form
      class="notice"
      onSubmit={(event) => {
        event.preventDefault();
        typedStage.value = typed;
      }}
    >
      <span>
        The page only reads <b>{stage}</b>; payloads are{' '}
        {payloads === 'full' ? 'shown whole' : payloads === 'none' ? 'not shown' : 'masked'}.
      </span>
      <label>
        Type the stage’s name to allow changes{' '}
        <input
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="button" disabled={typed !== stage}>
        Allow
      </button>
    </form>
  );
}
