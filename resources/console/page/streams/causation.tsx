import dagre from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import type { Trace } from '../../protocol.ts';
import { duration, shortStream } from '../format.ts';
import { href } from '../location.ts';

const SIZE = { width: 196, height: 46 };

interface Placed {
  key: string;
  label: string;
  detail: string;
  link?: string;
  isRequest: boolean;
  x: number;
  y: number;
}

/** What caused what, from left to right: requests, the events that they appended, and those that consumers appended because of them. */
export function Causation({ trace, chosen }: { trace: Trace; chosen: string }) {
  const { nodes, edges, width, height } = useMemo(() => place(trace), [trace]);
  return (
    <div class="causation">
      <div class="graph-area" style={{ width: `${width}px`, height: `${height}px`, margin: 0 }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => (
            <g key={edge.id}>
              <path d={edge.path} class="edge" />
              {edge.by && (
                <text x={edge.x} y={edge.y} class="edge-label" text-anchor="middle">
                  {edge.by}
                </text>
              )}
            </g>
          ))}
        </svg>
        {nodes.map(({ key, label, detail, link, isRequest, x, y }) => {
          const style = {
            left: `${x}px`,
            top: `${y}px`,
            width: `${SIZE.width}px`,
            height: `${SIZE.height}px`,
          };
          const className = `node ${isRequest ? 'node-request' : ''} ${key === chosen ? 'is-chosen' : ''}`;
          const content = (
            <>
              <strong>{label}</strong>
              <small>{detail}</small>
            </>
          );
          return link ? (
            <a
              key={key}
              class={className}
              style={style}
              href={link}
              aria-current={key === chosen ? 'true' : undefined}
            >
              {content}
            </a>
          ) : (
            <div key={key} class={className} style={style}>
              {content}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function place({ requests, events }: Trace) {
  const graph = new dagre.graphlib.Graph().setDefaultEdgeLabel(() => ({}));
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 110, marginx: 12, marginy: 12 });
  const labels = new Map<string, Omit<Placed, 'x' | 'y'>>();
  const first = Math.min(...events.map(({ at }) => at), ...requests.map(({ at }) => at));
  requests.forEach((request, index) => {
    if (!events.some((event) => event.request === index)) return;
    const key = `request ${index}`;
    labels.set(key, {
      key,
      label: request.route,
      detail: `${request.status} · +${duration(request.at - first)}`,
      isRequest: true,
    });
  });
  for (const { key, eventType, streamId, version, at } of events) {
    labels.set(key, {
      key,
      label: eventType,
      detail: `${shortStream(streamId)}@${version} · +${duration(at - first)}`,
      link: href('streams', { stream: streamId, at: String(version) }),
      isRequest: false,
    });
  }
  for (const key of labels.keys()) graph.setNode(key, { ...SIZE });
  const found = events.flatMap(({ key, cause, request, by }) => {
    const from = cause ?? (request === undefined ? undefined : `request ${request}`);
    if (!from || !labels.has(from)) return [];
    graph.setEdge(from, key);
    return [{ from, to: key, by: cause ? (by ?? '') : '' }];
  });
  dagre.layout(graph);
  const at = (key: string) => graph.node(key) as { x: number; y: number };
  const { width = 0, height = 0 } = graph.graph();
  return {
    nodes: [...labels.values()].map((one): Placed => {
      const { x, y } = at(one.key);
      return { ...one, x: x - SIZE.width / 2, y: y - SIZE.height / 2 };
    }),
    edges: found.map(({ from, to, by }) => {
      const [x1, y1] = [at(from).x + SIZE.width / 2, at(from).y];
      const [x2, y2] = [at(to).x - SIZE.width / 2, at(to).y];
      const middle = (x1 + x2) / 2;
      return {
        id: `${from}→${to}`,
        by,
        path: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`,
        x: middle,
        y: (y1 + y2) / 2 - 6,
      };
    }),
    width,
    height,
  };
}
