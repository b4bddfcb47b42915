/** What the console's server and its page say to each other. Types only. */

/** How much of what events and messages carry the page is shown. */
export type Payloads = 'none' | 'masked' | 'full';

export type NodeKind = 'commands' | 'queries' | 'table' | 'publisher' | 'topic' | 'consumer' | 'schedule';

/** A function within a node that stands for several. */
export interface GraphMember {
  name: string;
  /** `POST /orders` */
  route?: string;
}

export interface GraphNode {
  id: string;
  kind: NodeKind;
  /** The function's name in serverless.yml, or the physical name of a table or topic without service and stage. */
  label: string;
  description?: string;
  members?: GraphMember[];
  /** Of a consumer: the logical ids of its queues. */
  queue?: string;
  deadLetters?: string;
  /** Whether a rebuild can build it anew. */
  isProjection?: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: 'writes' | 'stream' | 'publishes' | 'delivers' | 'commands' | 'reads' | 'runs';
  /** What a subscription lets through. */
  filter?: Record<string, unknown[]>;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Finder {
  name: string;
  label: string;
  placeholder: string;
}

export interface Description {
  title: string;
  stage: string;
  isLocal: boolean;
  payloads: Payloads;
  /** Where the API answers, for the command lines that the page shows. */
  httpUrl?: string;
  graph: Graph;
  consumers: string[];
  eventTypes: { name: string; aggregateType: string; schemaVersion: number }[];
  aggregateTypes: string[];
  projections: string[];
  scopes: string[];
  finders: Finder[];
  /** What the button says that plays a mix of requests; absent where there is none. */
  demo?: string;
}

/** A line of a function's log that tells of an event's way; keys are short, since many are sent. */
export interface Hop {
  /** Grows by one with each hop of this run. */
  n: number;
  /** ms since 1970. */
  t: number;
  /** http, command, publish, consumer, dead-letter, redrive, discard … */
  h: string;
  m: string;
  /** The function's name in serverless.yml. */
  f: string;
  /** Correlation id. */
  k?: string;
  c?: string;
  e?: string;
  s?: string;
  v?: number;
  /** Receive count. */
  r?: number;
  /** Lag, ms. */
  l?: number;
  route?: string;
  status?: number;
  ms?: number;
  /** What went wrong. */
  x?: string;
}

export interface QueueNumbers {
  waiting: number;
  inFlight: number;
  dead: number;
}

/** What the server sends by itself. */
export interface Live {
  hops?: Hop[];
  /** By consumer. */
  queues?: Record<string, QueueNumbers>;
  faults?: FaultState;
  /** The server cannot see what it is asked to show: why. */
  trouble?: string;
}

export interface EventMetadata {
  userId: string;
  timestamp: string;
  correlationId: string;
  causationId: string;
  commandId: string;
  [name: string]: unknown;
}

export interface ShownEvent {
  streamId: string;
  version: number;
  eventId: string;
  eventType: string;
  schemaVersion: number;
  aggregateType: string;
  aggregateId: string;
  /** Absent where payloads are not shown. */
  data?: unknown;
  metadata: EventMetadata;
}

export interface FoundStream {
  streamId: string;
  /** Its last event that the search has seen. */
  eventType?: string;
  version?: number;
  at?: string;
}

export interface StreamState {
  version: number;
  /** Folded by the aggregate; what the code of this working copy makes of the events. */
  state?: unknown;
  before?: unknown;
  error?: string;
}

export interface StreamView {
  /** Which of the ways to read it this is: `GET /orders/…`, or the projection's name. */
  source: string;
  view?: unknown;
  /** The fields that a person looks for first. */
  highlights?: readonly string[];
  error?: string;
}

/** One try of a consumer with an event. */
export interface Attempt {
  at: number;
  outcome: 'handled' | 'failed' | 'dead' | 'redriven' | 'discarded';
  receiveCount?: number;
  error?: string;
}

export interface TraceEvent {
  /** `streamId@version` */
  key: string;
  eventId?: string;
  eventType: string;
  streamId: string;
  version: number;
  /** ms since 1970. */
  at: number;
  publishedAt?: number;
  /** The function that appended it. */
  by?: string;
  /** The key of the event that caused it; absent where a request did. */
  cause?: string;
  /** The index of the request that caused it. */
  request?: number;
  deliveries: { consumer: string; attempts: Attempt[] }[];
}

export interface Trace {
  correlationId: string;
  requests: { at: number; ms: number; route: string; status: number; function: string }[];
  events: TraceEvent[];
}

export interface ApiCall {
  method: string;
  /** With its parameters filled in. */
  path: string;
  operationId: string;
  pathParameters: Record<string, string>;
  query: Record<string, string>;
  body?: unknown;
  sub: string;
  scope: string;
  headers: Record<string, string>;
}

export interface ApiAnswer {
  status: number;
  ms: number;
  headers: Record<string, string>;
  body: unknown;
  correlationId: string;
}

/** What is switched to go wrong, locally. */
export interface FaultState {
  /** Consumers that take nothing from their queues. */
  paused: string[];
  /** Functions of which the next invocation dies: before or after its work. */
  killed: Record<string, 'before' | 'after'>;
  /** Functions that begin late, in ms. */
  delayed: Record<string, number>;
  /** Functions that are given everything twice. */
  duplicated: string[];
  /** Functions whose messages come late and in another order. */
  reordered: string[];
  /** Tables that refuse this part (0–1) of all calls. */
  throttled: Record<string, number>;
  /** How often each kind has struck. */
  struck: Record<string, number>;
}

export type FaultChange =
  | { fault: 'paused' | 'duplicated' | 'reordered'; target: string; on: boolean }
  | { fault: 'killed'; target: string; when: 'before' | 'after' | null }
  | { fault: 'delayed'; target: string; ms: number }
  | { fault: 'throttled'; target: string; part: number }
  | { fault: 'none' };

/** As the operation `dead-letters` answers. */
export type { DeadLetter } from '#kit/operations/dead-letter.ts';
export type { Group } from '#kit/operations/group-by-cause.ts';
