import { useState } from 'preact/hooks';
import type { FoundStream } from '../../protocol.ts';
import { ago } from '../format.ts';
import { href, parameter, setParameters } from '../location.ts';
import { description, read } from '../server.ts';
import { Empty, Problem, useLoaded } from '../ui/parts.tsx';

const kinds = () => [
  { name: 'stream', label: 'Stream or aggregate id', placeholder: 'order-0192… or 0192…' },
  { name: 'type', label: 'Event type', placeholder: '' },
  ...description.value.finders,
  { name: 'correlation', label: 'Correlation id', placeholder: 'what a response’s x-correlation-id says' },
];

/** By what a stream is looked for; the choice is in the URL. */
export function Finder() {
  const [by, setBy] = useState(parameter('by') || 'stream');
  const [value, setValue] = useState(parameter('value'));
  const kind = kinds().find(({ name }) => name === by);
  const find = (kindName: string, wanted: string) => {
    const text = wanted.trim();
    if (kindName === 'correlation')
      setParameters({ correlation: text, by: '', value: '', stream: '', at: '' });
    else setParameters({ by: kindName, value: text, stream: '', at: '', correlation: '' });
  };
  return (
    <form
      class="finder"
      onSubmit={(event) => {
        event.preventDefault();
        find(by, value);
      }}
    >
      <select
        aria-label="Find by"
        value={by}
        onChange={(event) => {
          setBy(event.currentTarget.value);
          setValue('');
        }}
      >
        {kinds().map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      {by === 'type' ? (
        <select
          aria-label="Event type"
          value={value}
          onChange={(event) => {
            setValue(event.currentTarget.value);
            find('type', event.currentTarget.value);
          }}
        >
          <option value="">Choose one</option>
          {description.value.eventTypes.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <input
          type="search"
          aria-label={kind?.label ?? ''}
          placeholder={kind?.placeholder ?? ''}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
          spellcheck={false}
        />
      )}
      <button type="submit" class="button primary" disabled={value.trim() === ''}>
        Find
      </button>
    </form>
  );
}

/** The streams that were found by what the URL says. */
export function Found() {
  const [by, value] = [parameter('by'), parameter('value')];
  const {
    value: found,
    error,
    isLoading,
  } = useLoaded(`${by} ${value}`, async () =>
    by && value ? await read<FoundStream[]>('streams', { by, value }) : undefined,
  );
  if (error) return <Problem error={error} />;
  if (!by || !value) {
    return (
      <div class="panel">
        <Empty title="Find a stream">
          By its id, an aggregate’s, a customer, a SKU … or take any event in <a href={href('flow')}>Flow</a>{' '}
          and follow it to its stream.
        </Empty>
      </div>
    );
  }
  if (!found) return <p class="quiet">{isLoading ? 'Looking …' : ''}</p>;
  if (found.length === 0) {
    return (
      <div class="panel">
        <Empty title={`No stream is found by ${value}`}>
          The id may be of another type, or nothing was ever appended under it.
        </Empty>
      </div>
    );
  }
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Stream</th>
            <th scope="col">Version</th>
            <th scope="col">Last event</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.streamId}>
              <td>
                <a href={href('streams', { stream: one.streamId })}>{one.streamId}</a>
              </td>
              <td>{one.version}</td>
              <td>{one.eventType ?? ''}</td>
              <td class="quiet">{ago(one.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
