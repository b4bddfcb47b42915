import type { FilterCriteria } from './filter-criteria.ts';
import type { TraceHeader } from './lineage.ts';

/**
 * Runs a function with an event and answers what it returned; a rejection is a function error. `traceHeader` is what Lambda sets as
 * `_X_AMZN_TRACE_ID`: the SDK sends it with every call of the function, and so the chain of messages is counted (lineage.ts).
 */
export type Invoke = (event: unknown, traceHeader: TraceHeader) => Promise<unknown>;

/** The properties of an `AWS::Lambda::EventSourceMapping` that the local run honours, resolved. */
export interface MappingProperties {
  EventSourceArn: string;
  FunctionName: string;
  Enabled?: boolean | string;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  FunctionResponseTypes?: string[];
  FilterCriteria?: FilterCriteria;
  /** SQS only. */
  ScalingConfig?: { MaximumConcurrency?: number };
  /** Streams only, as everything below. */
  StartingPosition?: string;
  ParallelizationFactor?: number;
  BisectBatchOnFunctionError?: boolean | string;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
}

export interface EventSourceMapping {
  /** What the mapping connects, for messages to a person: `events stream → publish-events`. */
  name: string;
  functionArn: string;
  start(): void;
  /** Takes nothing more, waits for the invocations in flight, and resolves when the mapping is quiet. */
  stop(): Promise<void>;
  /** Whether it has nothing to do: nothing waits at the source and no invocation is in flight. */
  idle(): Promise<boolean>;
  /** Batches handed to the function so far; a test compares two readings. */
  invocations(): number;
}

/** What a mapping tells of trouble that is not the function's: the source does not answer, and so on. */
export type Warn = (message: string) => void;

/** Tells of trouble once, and again only after `fine()`. */
export function outage(name: string, warn: Warn): { trouble(error: unknown): void; fine(): void } {
  let told = false;
  return {
    trouble(error) {
      if (!told) warn(`${name}: ${error instanceof Error ? error.message : error}`);
      told = true;
    },
    fine() {
      told = false;
    },
  };
}

export const isTrue = (value: boolean | string | undefined): boolean => String(value) === 'true';
