import { awsApi } from '#resources/local/emulators/aws-api.ts';
import type { Stack } from '#resources/local/stack/stack.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { type Checkpoints, inMemoryCheckpoints } from './checkpoints.ts';
import {
  type EventSourceMapping,
  type Invoke,
  isTrue,
  type MappingProperties,
  type Warn,
} from './mapping.ts';
import { destination } from './on-failure.ts';
import { sqsMapping } from './sqs-mapping.ts';
import { streamMapping } from './stream-mapping.ts';
import { dynamodbStream } from './stream-source.ts';

export type { EventSourceMapping, Invoke } from './mapping.ts';

export interface StartMappingsOptions {
  /** Where a stream mapping keeps its checkpoints; in memory when absent. */
  checkpoints?: (mapping: string) => Checkpoints;
  warn?: Warn;
  /** How long an SQS poll waits for the first message, in seconds. Default 0.25. */
  pollSeconds?: number;
  /** Batches of a queue in flight at once at most, whatever its mapping's MaximumConcurrency. */
  concurrency?: number;
  /** Milliseconds before the n-th retry of a stream's batch. */
  backOffMs?: (retry: number) => number;
}

export interface Mappings {
  all: EventSourceMapping[];
  stop(): Promise<void>;
  /**
   * Resolves when everything that was written has gone all its ways: no mapping has anything waiting or in
   * flight, and nothing was invoked meanwhile. Rejects with the names of the busy ones after `timeoutMs` (20 s).
   */
  waitUntilIdle(timeoutMs?: number): Promise<void>;
}

/** Seconds. Whoever tries something out does not wait for a window that saves requests on AWS. */
const LONGEST_WINDOW = 1;

/**
 * Creates and starts every `AWS::Lambda::EventSourceMapping` of the template.
 * @param invokeOf the function with that logical id; a mapping whose function is undefined is left out
 */
export function startMappings(
  template: Template,
  stack: Stack,
  invokeOf: (functionLogicalId: string) => Invoke | undefined,
  options: StartMappingsOptions = {},
): Mappings {
  const all = Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping')
    .flatMap(([id, { Properties }]) => {
      const mapping = createMapping(
        id,
        withShortWindow(stack.resolve<MappingProperties>(Properties ?? {})),
        template,
        stack,
        invokeOf,
        options,
      );
      return mapping ? [mapping] : [];
    });
  for (const mapping of all) mapping.start();
  return {
    all,
    async stop() {
      await Promise.all(all.map((mapping) => mapping.stop()));
    },
    waitUntilIdle: (timeoutMs = 20_000) => waitUntilIdle(all, timeoutMs),
  };
}

const withShortWindow = (properties: MappingProperties): MappingProperties => {
  const { MaximumBatchingWindowInSeconds: window } = properties;
  if (window === undefined) return properties;
  return { ...properties, MaximumBatchingWindowInSeconds: Math.min(window, LONGEST_WINDOW) };
};

function createMapping(
  id: string,
  properties: MappingProperties,
  template: Template,
  stack: Stack,
  invokeOf: (functionLogicalId: string) => Invoke | undefined,
  options: StartMappingsOptions,
): EventSourceMapping | undefined {
  if (properties.Enabled !== undefined && !isTrue(properties.Enabled)) return undefined;
  const { EventSourceArn: source, FunctionName } = properties;
  const [functionId, target] =
    Object.entries(stack.functions).find(
      ([, { arn, name }]) => FunctionName === arn || FunctionName === name,
    ) ?? [];
  if (!functionId || !target) throw new Error(`${id} names a function that the template does not have`);
  const invoke = invokeOf(functionId);
  if (!invoke) return undefined;

  const recursiveLoop = template.Resources[functionId]?.Properties?.RecursiveLoop;
  const api = awsApi(stack.emulators);
  const { warn, pollSeconds, concurrency, backOffMs, checkpoints = inMemoryCheckpoints } = options;
  const common = { properties, invoke, ...(warn ? { warn } : {}) };
  const queue = Object.values(stack.queues).find(({ arn }) => arn === source);
  if (queue) {
    return sqsMapping({
      ...common,
      name: `${queue.name} → ${target.name}`,
      api,
      queueUrl: queue.url,
      functionArn: target.arn,
      ...(recursiveLoop === 'Allow' ? { recursiveLoop } : {}),
      ...(pollSeconds === undefined ? {} : { pollSeconds }),
      ...(concurrency === undefined ? {} : { concurrency }),
    });
  }
  const table = Object.values(stack.tables).find(({ streamArn }) => streamArn === source);
  if (table) {
    return streamMapping({
      ...common,
      name: `stream of ${table.name} → ${target.name}`,
      source: dynamodbStream(api, source),
      functionArn: target.arn,
      sendToDestination: destination(
        api,
        stack.emulators.sqs,
        properties.DestinationConfig?.OnFailure?.Destination,
      ),
      checkpoints: checkpoints(`${source} ${target.name}`),
      ...(backOffMs ? { backOffMs } : {}),
    });
  }
  throw new Error(`${id} has a source that is neither a queue nor a stream of the template: ${source}`);
}

async function waitUntilIdle(mappings: EventSourceMapping[], timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const total = () => mappings.reduce((sum, mapping) => sum + mapping.invocations(), 0);
  for (let quietRounds = 0; quietRounds < 2; ) {
    const before = total();
    const idle = await Promise.all(mappings.map((mapping) => mapping.idle()));
    const quiet = idle.every(Boolean) && total() === before;
    quietRounds = quiet ? quietRounds + 1 : 0;
    if (!quiet && Date.now() > deadline) {
      const busy = mappings.filter((_, index) => !idle[index]).map(({ name }) => name);
      throw new Error(`Not idle after ${timeoutMs} ms; busy: ${busy.join(', ') || 'new work keeps coming'}`);
    }
    if (!quiet) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
