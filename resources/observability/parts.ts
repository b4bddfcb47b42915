import { z } from 'zod';
import { idsOf, readConsumers } from '#resources/consumers/consumer.ts';
import { InvalidConfiguration, type ResolveVariable, readVariables } from '#resources/variables.ts';

/** The functions and consumers of a stage, as monitoring needs them. A new one in serverless.yml needs no change here. */
export interface StackParts {
  service: string;
  stage: string;
  /** `<service>-<stage>`, with which every name in the stack begins. */
  name: string;
  functions: MonitoredFunction[];
  consumers: MonitoredConsumer[];
}

export interface MonitoredFunction {
  name: string;
  /** Its folder in functions/: `commands`. */
  kind: string;
  /** Logical ids. */
  id: string;
  logGroup: string;
}

export interface MonitoredConsumer {
  name: string;
  isProjection: boolean;
  /** Logical ids: the one that the others begin with, and those of its queues. */
  id: string;
  queue: string;
  deadLetters: string;
}

/** How the framework makes logical ids: place-order → PlaceDashorderLambdaFunction. */
export interface Naming {
  getLambdaLogicalId(functionName: string): string;
  getLogGroupLogicalId(functionName: string): string;
}

const functionLists = z.array(z.record(z.string(), z.object({ handler: z.string() })));

/** The functions and consumers that serverless.yml lists. Throws InvalidConfiguration. */
export async function readParts(resolveVariable: ResolveVariable, naming: Naming): Promise<StackParts> {
  const { service, stage, functions } = await readVariables(resolveVariable, {
    service: ['self:service', z.string()],
    stage: ['sls:stage', z.string()],
    functions: ['self:functions', functionLists],
  });
  const consumers = await readConsumers(resolveVariable);
  return {
    service,
    stage,
    name: `${service}-${stage}`,
    functions: entriesOf(functions).map(([name, { handler }]) => ({
      name,
      kind: kindOf(handler),
      id: naming.getLambdaLogicalId(name),
      logGroup: naming.getLogGroupLogicalId(name),
    })),
    consumers: consumers.map((consumer) => ({
      name: consumer.name,
      isProjection: kindOf(consumer.handler) === 'projections',
      ...idsOf(consumer),
    })),
  };
}

/** The framework would merge two functions of one name without a word. */
function entriesOf(lists: z.output<typeof functionLists>): [string, { handler: string }][] {
  const entries = lists.flatMap((list) => Object.entries(list));
  const names = entries.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new InvalidConfiguration(`serverless.yml: functions: ${twice} is defined twice`);
  return entries;
}

/** functions/commands/place-order/handler.handler → commands */
const kindOf = (handler: string): string => handler.split('/')[1] ?? '';
