import dagre from '@dagrejs/dagre';
import type { Graph, GraphEdge, GraphNode } from '../../protocol.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedNode extends Box {
  node: GraphNode;
}

export interface PlacedEdge {
  id: string;
  edge: GraphEdge;
  /** Of an SVG path. */
  path: string;
}

export interface PlacedGraph {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

const MEMBER_HEIGHT = 21;
/** Below the graph, for the edges that lead back. */
const BACK = 30;

/** In ranks. */
const ROOM = 7;

export const edgeId = ({ from, to }: { from: string; to: string }): string => `${from}→${to}`;

function sizeOf({ kind, members = [] }: GraphNode): { width: number; height: number } {
  switch (kind) {
    case 'commands':
      return { width: 146, height: 40 + members.length * MEMBER_HEIGHT };
    case 'queries':
      return { width: 160, height: 40 + members.length * MEMBER_HEIGHT };
    case 'consumer':
      return { width: 262, height: 50 };
    case 'schedule':
      return { width: 108, height: 46 };
    default:
      return { width: kind === 'publisher' ? 120 : 100, height: 56 };
  }
}

/** From left to right, in the columns that dagre finds; what leads back to the events runs below everything. */
export function layout({ nodes, edges }: Graph): PlacedGraph {
  const graph = new dagre.graphlib.Graph().setDefaultEdgeLabel(() => ({}));
  graph.setGraph({ rankdir: 'LR', nodesep: 9, ranksep: 27, marginx: 2, marginy: 4 });
  const schedules = nodes.filter(({ kind }) => kind === 'schedule');
  const others = nodes.filter(({ kind }) => kind !== 'schedule');
  for (const node of others) graph.setNode(node.id, sizeOf(node));
  for (const edge of edges) {
    if (edge.kind === 'commands' || edge.kind === 'runs') continue;
    // Between topic and consumers there is room for the filters.
    graph.setEdge(edge.from, edge.to, { minlen: edge.kind === 'delivers' ? ROOM : 1 });
  }
  const topic = nodes.find(({ kind }) => kind === 'topic')?.id;
  for (const { id, kind } of others) {
    if (topic && kind === 'consumer' && !graph.hasEdge(topic, id)) graph.setEdge(topic, id, { minlen: ROOM });
  }
  dagre.layout(graph);
  const boxes = new Map<string, Box>();
  const placed = others.map((node): PlacedNode => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(node.id) as Partial<Box>;
    return { node, x: x - width / 2, y: y - height / 2, width, height };
  });
  inGivenOrder(placed);
  onOneLine(placed);
  for (const node of schedules) placed.push(besideItsTarget(node));
  for (const { node, ...box } of placed) boxes.set(node.id, box);
  /** Under the topic, at the height of what it runs. */
  function besideItsTarget(node: GraphNode): PlacedNode {
    const size = sizeOf(node);
    const target = placed.find((one) => edges.some(({ from, to }) => from === node.id && to === one.node.id));
    const above = placed.find((one) => one.node.id === topic);
    const middle = (target?.y ?? 0) + (target?.height ?? 0) / 2;
    return {
      node,
      x: (above?.x ?? 0) + (above?.width ?? 0) / 2 - size.width / 2,
      y: middle - size.height / 2,
      ...size,
    };
  }
  const { width = 0, height = 0 } = graph.graph();
  const hasBack = edges.some(({ kind }) => kind === 'commands');
  const bottom = Math.max(...placed.map((one) => one.y + one.height)) + BACK - 12;
  return {
    nodes: placed,
    edges: edges.flatMap((edge) => {
      const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
      if (!from || !to) return [];
      const path = edge.kind === 'commands' ? backPath(from, to, bottom) : forwardPath(from, to);
      return [{ id: edgeId(edge), edge, path }];
    }),
    width,
    height: height + (hasBack ? BACK : 0),
  };
}

/** Consumers stand in the order of the template, wherever dagre has put which: a person finds them again. */
function inGivenOrder(placed: PlacedNode[]): void {
  const consumers = placed.filter(({ node }) => node.kind === 'consumer');
  const rows = consumers.map(({ x, y }) => ({ x, y })).sort((a, b) => a.y - b.y);
  consumers.forEach((one, index) => {
    Object.assign(one, rows[index]);
  });
}

/** What is alone in its column stands at half the height of the consumers. */
function onOneLine(placed: PlacedNode[]): void {
  const consumers = placed.filter(({ node }) => node.kind === 'consumer');
  if (consumers.length === 0) return;
  const top = Math.min(...consumers.map(({ y }) => y));
  const bottom = Math.max(...consumers.map(({ y, height }) => y + height));
  const middleOf = ({ x, width }: Box) => x + width / 2;
  for (const one of placed) {
    const isAlone = placed.every(
      (other) => other === one || Math.abs(middleOf(other) - middleOf(one)) > one.width / 2,
    );
    if (isAlone) one.y = Math.max(0, (top + bottom) / 2 - one.height / 2);
  }
}

function forwardPath(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  // Straight where it arrives: the filter is written there.
  const bend = Math.min(70, (x2 - x1) * 0.9);
  const middle = x1 + bend;
  return `M${x1},${y1} C${x1 + bend * 0.55},${y1} ${x1 + bend * 0.45},${y2} ${middle},${y2} L${x2},${y2}`;
}

function backPath(from: Box, to: Box, bottom: number): string {
  const radius = 10;
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2 + 12];
  const right = x1 + 14;
  const [x2, y2] = [to.x + to.width / 2, to.y + to.height];
  return [
    `M${x1},${y1} L${right - radius},${y1} Q${right},${y1} ${right},${y1 + radius}`,
    `L${right},${bottom - radius} Q${right},${bottom} ${right - radius},${bottom}`,
    `L${x2 + radius},${bottom} Q${x2},${bottom} ${x2},${bottom - radius} L${x2},${y2}`,
  ].join(' ');
}
