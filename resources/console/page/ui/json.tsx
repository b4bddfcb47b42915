import { Fragment } from 'preact';

/** JSON as text with its kinds of values told apart. */
export function Json({ value }: { value: unknown }) {
  return <pre class="json">{value === undefined ? '–' : render(value, 0)}</pre>;
}

function render(value: unknown, depth: number) {
  const indent = '  '.repeat(depth + 1);
  const end = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return (
      <>
        {'[\n'}
        {value.map((one, index) => (
          <Fragment key={index}>
            {indent}
            {render(one, depth + 1)}
            {index < value.length - 1 ? ',\n' : '\n'}
          </Fragment>
        ))}
        {`${end}]`}
      </>
    );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    if (entries.length === 0) return '{}';
    return (
      <>
        {'{\n'}
        {entries.map(([name, one], index) => (
          <Fragment key={name}>
            {indent}
            <span class="j-name">{name}</span>
            {': '}
            {render(one, depth + 1)}
            {index < entries.length - 1 ? ',\n' : '\n'}
          </Fragment>
        ))}
        {`${end}}`}
      </>
    );
  }
  return <span class={`j-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>;
}

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

/** Where two values differ, leaf by leaf. */
function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (Object.is(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) =>
      differences(
        before[name],
        after[name],
        Array.isArray(after) ? `${path}[${name}]` : path ? `${path}.${name}` : name,
      ),
    );
  }
  return [{ path: path || '(all)', before, after }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function Differences({ before, after }: { before: unknown; after: unknown }) {
  const found = differences(before, after);
  if (found.length === 0) return <p class="quiet">Nothing changes.</p>;
  return (
    <ul class="differences">
      {found.map((one) => (
        <li key={one.path}>
          <code>{one.path}</code>
          {one.before !== undefined && <del>{JSON.stringify(one.before)}</del>}
          {one.after !== undefined && <ins>{JSON.stringify(one.after)}</ins>}
        </li>
      ))}
    </ul>
  );
}
