import type { Template } from '#resources/local/stack/template.ts';
import { functionsOf, roleIdOf, statementsOf } from './role-rights.ts';
import { ofType, targetOf } from './template-rules.ts';

/**
 * Limits of AWS that no emulator has, as far as the template shows them. docs/limits.md has the others. Each rule answers with its
 * violations as sentences.
 */
export const platformGuards = {
  /**
   * Lambda stops a chain of messages that comes to one function 16 times. A function to which its own messages come back, by whatever
   * way, has `RecursiveLoop: Allow`. No other function has it: there, the detection stops an error that costs money.
   */
  recursiveLoops(template: Template): string[] {
    const reached = reachedFunctions(template);
    return functionsOf(template).flatMap(({ id, name, resource }) => {
      const recurs = reachable(id, reached).has(id);
      const allowed = resource.Properties?.RecursiveLoop === 'Allow';
      if (recurs && !allowed) return [`${name} may send to itself, and has no RecursiveLoop: Allow`];
      return !recurs && allowed ? [`${name} has RecursiveLoop: Allow, and never sends to itself`] : [];
    });
  },

  /** The inline policies of a role take 10,240 characters together; the policy of a queue, topic or table takes 20 KB. */
  policySizes(template: Template): string[] {
    return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
      const [policies, most] =
        Type === 'AWS::IAM::Role' ? [Properties.Policies, 10_240] : [policyOf(Properties), 20 * 1_024];
      const size = sizeOf(policies);
      return size > most ? [`the policies of ${id} have ${size} characters, ${most} are possible`] : [];
    });
  },

  /** The variables of a function take 4 KB. */
  environmentSizes(template: Template): string[] {
    return functionsOf(template).flatMap(({ name, resource }) => {
      const size = sizeOf(resource.Properties?.Environment);
      return size > 4_096 ? [`the environment of ${name} has ${size} bytes`] : [];
    });
  },

  /** A filter policy has 5 attributes and 150 combinations of values. */
  filterPolicies(template: Template): string[] {
    const subscribed = ofType<{ FilterPolicy?: Record<string, unknown[]> }>(
      template,
      'AWS::SNS::Subscription',
    );
    return subscribed.flatMap(([id, { FilterPolicy = {} }]) => {
      const combinations = Object.values(FilterPolicy).reduce(
        (product, values) => product * values.length,
        1,
      );
      return Object.keys(FilterPolicy).length > 5 || combinations > 150
        ? [`the filter of ${id} has ${combinations} combinations`]
        : [];
    });
  },
};

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The functions that each function invokes by a message to their queue, directly or through a topic. */
function reachedFunctions(template: Template): Graph {
  const consumersOf = new Map<string, string[]>();
  const consume = (source: unknown, consumers: readonly string[]) => {
    const id = targetOf(source) ?? '';
    consumersOf.set(id, [...(consumersOf.get(id) ?? []), ...consumers]);
  };
  for (const [, mapping] of ofType<Mapping>(template, 'AWS::Lambda::EventSourceMapping')) {
    const source = template.Resources[targetOf(mapping.EventSourceArn) ?? ''];
    // A stream of a table carries no trace header, so a chain ends there.
    if (source?.Type === 'AWS::SQS::Queue')
      consume(mapping.EventSourceArn, [targetOf(mapping.FunctionName) ?? '']);
  }
  for (const [, { TopicArn, Endpoint }] of ofType<Subscription>(template, 'AWS::SNS::Subscription')) {
    consume(TopicArn, consumersOf.get(targetOf(Endpoint) ?? '') ?? []);
  }
  return new Map(
    functionsOf(template).map(({ id, resource }) => {
      const sent = statementsOf(template.Resources[roleIdOf(resource) ?? ''])
        .filter(({ Action }) =>
          [Action].flat().some((one) => ['sqs:SendMessage', 'sns:Publish'].includes(one)),
        )
        .flatMap(({ Resource }) => [Resource].flat().map((arn) => targetOf(arn) ?? ''));
      return [id, new Set(sent.flatMap((target) => consumersOf.get(target) ?? []))];
    }),
  );
}

interface Mapping {
  EventSourceArn: unknown;
  FunctionName: unknown;
}

interface Subscription {
  TopicArn: unknown;
  Endpoint: unknown;
}

function reachable(from: string, graph: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...(graph.get(from) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(graph.get(next) ?? []));
  }
  return found;
}

function policyOf({ PolicyDocument, ResourcePolicy }: Record<string, unknown>): unknown {
  return PolicyDocument ?? ResourcePolicy;
}

/** An ARN or an address of ours, about as long as they get. */
const FILLED_IN =
  'arn:aws:dynamodb:ap-southeast-1:123456789012:table/orderstream-staging-idempotency/index/by-type';

/** As AWS counts it, with what CloudFormation fills in. */
const sizeOf = (value: unknown): number => JSON.stringify(filledIn(value) ?? '').length;

function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::Sub': text } = value as { 'Fn::Sub'?: string };
  if (typeof text === 'string') return text.replaceAll(/\$\{[^}]+\}/g, FILLED_IN);
  if (Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))) return FILLED_IN;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, filledIn(part)]));
}
