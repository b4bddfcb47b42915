import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GraphNode } from '../../protocol.ts';
import { count, duration, filterText } from '../format.ts';
import { activity, drawn, faults, members, queues, rateOf } from '../live.ts';
import { parameter, setParameters } from '../location.ts';
import { description } from '../server.ts';
import { layout, type PlacedNode } from './layout.ts';
import { animate } from './pulses.ts';

const FAILURE_SHOWN_MS = 20_000;
const ACTIVE_MS = 900;
const SMALLEST = 0.72;
const READABLE = 0.8;
const HEIGHT_PART = 0.62;

/** The way of an event, drawn from the compiled template; what happens runs along its edges. */
export function FlowGraph() {
  const { graph } = description.value;
  const placed = useMemo(() => layout(graph), [graph]);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [scale, setScale] = useState(1);

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    // The list below is to be seen too, unless that made the graph too small to read.
    const scaleToFit = () => {
      const byHeight = Math.max(READABLE, (HEIGHT_PART * innerHeight) / placed.height);
      setScale(Math.max(SMALLEST, Math.min(1.12, byHeight, box.clientWidth / placed.width)));
    };
    const observer = new ResizeObserver(scaleToFit);
    observer.observe(box);
    scaleToFit();
    return () => observer.disconnect();
  }, [placed]);

  useEffect(() => {
    const target = canvas.current;
    if (!target || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    return animate(
      target,
      graph,
      (edge) => svg.current?.querySelector<SVGPathElement>(`[data-edge="${CSS.escape(edge)}"]`) ?? null,
      () => ({ event: colorOf(target, 'pulse'), failure: colorOf(target, 'bad') }),
      () => parameter('follow'),
    );
  }, [graph]);

  const ratio = window.devicePixelRatio * scale;
  return (
    <div class="graph" ref={frame}>
      <div
        class="graph-area"
        style={{ width: `${placed.width * scale}px`, height: `${placed.height * scale}px` }}
      >
        <div
          class="graph-scaled"
          style={{ width: `${placed.width}px`, height: `${placed.height}px`, transform: `scale(${scale})` }}
        >
          <svg ref={svg} width={placed.width} height={placed.height} aria-hidden="true">
            {placed.edges.map(({ id, edge, path }) => (
              <path key={id} data-edge={id} d={path} class={`edge edge-${edge.kind}`} />
            ))}
          </svg>
          {placed.nodes.map((one) => (
            <Node key={one.node.id} placed={one} />
          ))}
          <Filters nodes={placed.nodes} />
          <canvas
            ref={canvas}
            data-width={placed.width}
            width={placed.width * ratio}
            height={placed.height * ratio}
            style={{ width: `${placed.width}px`, height: `${placed.height}px` }}
          />
        </div>
      </div>
    </div>
  );
}

/** As the scheme has it at this moment: a canvas takes no variables. */
function colorOf(canvas: HTMLElement, name: string): string {
  canvas.style.color = `var(--${name})`;
  return getComputedStyle(canvas).color;
}

function Filters({ nodes }: { nodes: PlacedNode[] }) {
  const { edges } = description.value.graph;
  return (
    <>
      {nodes.map(({ node, x, y, height }) => {
        const edge = edges.find(({ to, kind }) => to === node.id && kind === 'delivers');
        if (!edge) return null;
        const text = filterText(edge.filter);
        return (
          <span
            key={node.id}
            class="filter"
            title={text}
            style={{ right: `calc(100% - ${x - 8}px)`, top: `${y + height / 2 - 17}px` }}
          >
            {text}
          </span>
        );
      })}
    </>
  );
}

function Node({ placed: { node, x, y, width, height } }: { placed: PlacedNode }) {
  const place = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  if (node.kind === 'consumer') return <ConsumerNode node={node} place={place} />;
  if (node.members) return <Members node={node} place={place} />;
  return (
    <div class={`node node-${node.kind}`} style={place} title={node.description}>
      <small>{kindName[node.kind]}</small>
      <strong>{node.label}</strong>
    </div>
  );
}

const kindName: Record<string, string> = {
  table: 'DynamoDB',
  publisher: 'Lambda',
  topic: 'SNS topic',
  schedule: 'Schedule',
};

type Place = Record<string, string>;

function Members({ node, place }: { node: GraphNode; place: Place }) {
  drawn.value;
  const now = Date.now();
  return (
    <div class={`node node-${node.kind}`} style={place}>
      <small>{node.label}</small>
      <ul>
        {node.members?.map(({ name, route }) => (
          <li
            key={name}
            class={now - (members.get(name) ?? 0) < ACTIVE_MS ? 'is-active' : ''}
            title={route ?? 'an operation'}
          >
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function healthOf(consumer: string): 'bad' | 'held' | 'good' {
  const dead = queues.value[consumer]?.dead ?? 0;
  const failure = activity.get(consumer)?.lastFailure;
  if (dead > 0 || (failure && Date.now() - failure.at < FAILURE_SHOWN_MS)) return 'bad';
  return faults.value?.paused.includes(consumer) ? 'held' : 'good';
}

function ConsumerNode({ node, place }: { node: GraphNode; place: Place }) {
  drawn.value;
  const { label } = node;
  const isChosen = parameter('consumer') === label;
  const rate = rateOf(label);
  return (
    <button
      type="button"
      class={`node node-consumer is-${healthOf(label)} ${isChosen ? 'is-chosen' : ''}`}
      style={place}
      title={node.description}
      aria-pressed={isChosen}
      onClick={() => setParameters({ consumer: isChosen ? '' : label })}
    >
      <span class="node-name">
        <strong>{label}</strong>
        {faults.value?.paused.includes(label) ? (
          <em>paused</em>
        ) : (
          rate > 0 && <em>{rate.toFixed(rate < 10 ? 1 : 0)}/s</em>
        )}
      </span>
      <Numbers consumer={label} />
    </button>
  );
}

/** A consumer's queue in numbers. */
export function Numbers({ consumer }: { consumer: string }) {
  drawn.value;
  const numbers = queues.value[consumer];
  const lag = activity.get(consumer)?.lag;
  const shown: [string, string, string][] = [
    ['waiting', numbers ? count(numbers.waiting) : '–', numbers?.waiting ? 'some' : ''],
    ['in flight', numbers ? count(numbers.inFlight) : '–', numbers?.inFlight ? 'some' : ''],
    ['dead', numbers ? count(numbers.dead) : '–', numbers?.dead ? 'dead' : ''],
    ['lag', lag === undefined ? '–' : duration(lag), ''],
  ];
  return (
    <span class="numbers">
      {shown.map(([name, value, state]) => (
        <span key={name} class={state}>
          <b>{value}</b> {name}
        </span>
      ))}
    </span>
  );
}
