import type { InvokeByName } from '#resources/cli/ops/invokers.ts';
import type {
  ApiAnswer,
  ApiCall,
  FaultChange,
  FaultState,
  FoundStream,
  QueueNumbers,
  ShownEvent,
} from '../protocol.ts';

/** A system that the console shows: the local run, or a deployed stage. */
export interface Source {
  readonly stage: string;
  readonly isLocal: boolean;
  readonly httpUrl?: string;
  /** Runs an operation by its function's name. */
  readonly invoke: InvokeByName;
  request(call: ApiCall): Promise<ApiAnswer>;
  /** By consumer. */
  queueNumbers(): Promise<Record<string, QueueNumbers>>;
  /** All events of a stream, lifted to today's schema; of a stage only what its queries tell. */
  readStream(streamId: string): Promise<ShownEvent[]>;
  /** The events at these places; those that are not there are left out. */
  readEvents(places: readonly { streamId: string; version: number }[]): Promise<ShownEvent[]>;
  /** The newest events of a type, the newest first. */
  newestOfType(eventType: string): Promise<FoundStream[]>;
  /** The view that a projection keeps of an aggregate; undefined where it keeps none, or cannot be read. */
  readView?(projection: string, aggregateType: string, aggregateId: string): Promise<unknown>;
  /** What can be made to go wrong; absent where nothing can. */
  readonly faults?: Faults;
}

export interface Faults {
  state(): FaultState;
  change(change: FaultChange): Promise<FaultState>;
  /** What can be throttled: table names by logical id. */
  readonly tables: Record<string, string>;
  /** Calls back with each state that a fault which has struck leaves. */
  onChange(listener: (state: FaultState) => void): void;
}
