import type { Graph, Hop } from '../../protocol.ts';
import { onHop } from '../live.ts';
import { edgeId } from './layout.ts';

/** How long an event takes along one edge, in ms. */
const TRAVEL_MS = 550;
/** More than these are not told apart by the eye, and cost frames. */
const MOST = 160;

interface Pulse {
  edge: string;
  begin: number;
  isFailure: boolean;
  correlationId: string | undefined;
}

export interface Colors {
  event: string;
  failure: string;
}

/**
 * Draws the events that run along the edges, frame by frame, on a canvas over the graph.
 * @param followed only what carries this correlation id; everything where it is empty
 * @returns ends it
 */
export function animate(
  canvas: HTMLCanvasElement,
  graph: Graph,
  pathOf: (edge: string) => SVGPathElement | null,
  colorsNow: () => Colors,
  followed: () => string,
): () => void {
  const edgesOf = edgesOfHops(graph);
  const points = new Map<string, { x: number; y: number }[]>();
  let pulses: Pulse[] = [];
  let frame = 0;
  let colors = colorsNow();
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const recolor = () => {
    colors = colorsNow();
  };
  scheme.addEventListener('change', recolor);

  const stopListening = onHop((hop) => {
    if (document.hidden) return;
    const follows = followed();
    if (follows && hop.k !== follows) return;
    const now = performance.now();
    edgesOf(hop).forEach((edge, index) => {
      if (pulses.length >= MOST) return;
      pulses.push({
        edge,
        begin: now + index * TRAVEL_MS * 0.8,
        isFailure: isFailure(hop),
        correlationId: hop.k,
      });
    });
    frame ||= requestAnimationFrame(draw);
  });

  function pointsOf(edge: string): { x: number; y: number }[] {
    const known = points.get(edge);
    if (known) return known;
    const path = pathOf(edge);
    const length = path?.getTotalLength() ?? 0;
    const steps = Math.max(2, Math.round(length / 6));
    const found = path
      ? Array.from({ length: steps + 1 }, (_, step) => path.getPointAtLength((length * step) / steps))
      : [];
    points.set(edge, found);
    return found;
  }

  function draw(now: number): void {
    const context = canvas.getContext('2d');
    if (!context) return;
    const scale = canvas.width / Number(canvas.dataset.width);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    pulses = pulses.filter(({ begin }) => now < begin + TRAVEL_MS);
    for (const { edge, begin, isFailure } of pulses) {
      const part = (now - begin) / TRAVEL_MS;
      if (part < 0) continue;
      const path = pointsOf(edge);
      const at = Math.min(path.length - 1, Math.floor(eased(part) * path.length));
      context.fillStyle = isFailure ? colors.failure : colors.event;
      for (let tail = 0; tail < 5; tail++) {
        const point = path[at - tail];
        if (!point) break;
        context.globalAlpha = (1 - tail / 5) * (part > 0.85 ? (1 - part) / 0.15 : 1);
        context.beginPath();
        context.arc(point.x, point.y, 4 - tail * 0.6, 0, Math.PI * 2);
        context.fill();
      }
    }
    context.globalAlpha = 1;
    frame = pulses.length > 0 ? requestAnimationFrame(draw) : 0;
  }

  return () => {
    stopListening();
    scheme.removeEventListener('change', recolor);
    cancelAnimationFrame(frame);
  };
}

const eased = (part: number): number => (part < 0.5 ? 2 * part * part : 1 - (-2 * part + 2) ** 2 / 2);

const isFailure = ({ h, m }: Hop): boolean => h === 'dead-letter' || (h === 'consumer' && m !== 'handled');

/** The edges along which a hop has come. */
function edgesOfHops({ nodes, edges }: Graph): (hop: Hop) => string[] {
  const commands = nodes.find(({ kind }) => kind === 'commands');
  const byLabel = new Map(nodes.map((node) => [node.label, node.id]));
  const ids = (from: string | undefined, kinds: string[]): string[] =>
    edges.filter((edge) => edge.from === from && kinds.includes(edge.kind)).map(edgeId);
  const streamed = edges.find(({ kind }) => kind === 'stream')?.from;
  return (hop) => {
    const consumer = byLabel.get(hop.c ?? '');
    if (hop.h === 'command') {
      return consumer ? ids(consumer, ['commands']) : ids(commands?.id, ['writes']);
    }
    if (hop.h === 'publish') {
      return [...ids(streamed, ['stream']), ...ids(byLabel.get(hop.f), ['publishes'])];
    }
    if (hop.h !== 'consumer' && hop.h !== 'dead-letter') return [];
    const delivered = edges.filter(({ to, kind }) => to === consumer && kind === 'delivers').map(edgeId);
    return hop.m === 'handled' ? [...delivered, ...ids(consumer, ['writes'])] : delivered;
  };
}
