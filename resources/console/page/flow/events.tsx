import { shortId, shortStream, timeOfDay } from '../format.ts';
import { drawn, type EventRow, rows } from '../live.ts';
import { parameter, setParameters } from '../location.ts';
import { description } from '../server.ts';
import { Empty } from '../ui/parts.tsx';
import { VirtualList } from '../ui/virtual-list.tsx';

const ROW_HEIGHT = 34;

/** What the filters of the URL let through, the newest first. */
function chosenRows(all: readonly EventRow[]): EventRow[] {
  const [type, consumer, text] = [parameter('type'), parameter('consumer'), parameter('find').toLowerCase()];
  const onlyFailed = parameter('failed') !== '';
  const found: EventRow[] = [];
  for (let index = all.length - 1; index >= 0; index--) {
    const row = all[index] as EventRow;
    if (type && row.type !== type) continue;
    if (consumer && !row.outcomes.has(consumer)) continue;
    if (onlyFailed && !row.hasFailed) continue;
    if (text && !`${row.stream} ${row.correlationId} ${row.type}`.toLowerCase().includes(text)) continue;
    found.push(row);
  }
  return found;
}

export function EventList() {
  drawn.value;
  const chosen = chosenRows(rows);
  if (rows.length === 0) return <NothingYet />;
  if (chosen.length === 0) {
    return (
      <Empty title="No event matches">
        <button
          type="button"
          class="button"
          onClick={() => setParameters({ type: '', consumer: '', find: '', failed: '' })}
        >
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <VirtualList
      label="Events, the newest first"
      count={chosen.length}
      rowHeight={ROW_HEIGHT}
      keyOf={(index) => chosen[index]?.key ?? String(index)}
      row={(index) => {
        const row = chosen[index];
        return row && <Row row={row} />;
      }}
    />
  );
}

function NothingYet() {
  const { demo, isLocal } = description.value;
  return (
    <Empty title="No event has come yet">
      {demo
        ? 'Send the demo’s orders with the button above, or one request of your own with Send.'
        : isLocal
          ? 'Send a request with Send.'
          : 'What is appended from now on turns up here, a few seconds later.'}
    </Empty>
  );
}

function Row({ row }: { row: EventRow }) {
  const isFollowed = parameter('follow') === row.correlationId;
  const outcomes = [...row.outcomes];
  const failed = outcomes.filter(([, { state }]) => state !== 'handled');
  const said = failed.map(([consumer, { state }]) => `${state} at ${consumer}`).join(', ');
  return (
    <button
      type="button"
      class={`row ${row.hasFailed ? 'is-bad' : ''} ${isFollowed ? 'is-chosen' : ''}`}
      aria-pressed={isFollowed}
      onClick={() => setParameters({ follow: isFollowed ? '' : row.correlationId })}
    >
      <time>{timeOfDay(row.at)}</time>
      <b>{row.type}</b>
      <span class="stream">
        {shortStream(row.stream) || 'no stream'}
        {row.version > 0 && <i>@{row.version}</i>}
      </span>
      <span class="by">{row.by}</span>
      <span class="dots" title={outcomes.map(([consumer, { state }]) => `${consumer}: ${state}`).join('\n')}>
        <span class={row.publishedAt ? 'dot published' : 'dot'} />
        {outcomes.map(([consumer, { state }]) => (
          <span key={consumer} class={`dot ${state}`} />
        ))}
        <span class="hidden">{said || `${outcomes.length} handled`}</span>
      </span>
      <span class="correlation">{shortId(row.correlationId)}</span>
    </button>
  );
}
