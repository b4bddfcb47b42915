import type { Template } from '#resources/local/stack/template.ts';
import type { Graph, GraphEdge, GraphNode } from '../protocol.ts';

interface Statement {
  Action: string | string[];
  Resource: unknown[];
}

/** What the names of physical resources begin with: `<service>-<stage>-`. */
export interface GraphOptions {
  prefix: string;
  projections: readonly string[];
}

/**
 * The way of an event as a graph, from the compiled template alone: who may append to the table that has a stream, who reads
 * that stream and publishes, which queues the topic fills under which filter, and which function each queue feeds.
 */
export function graphOf(template: Template, { prefix, projections }: GraphOptions): Graph {
  const resources = Object.entries(template.Resources);
  const ofType = (type: string) =>
    resources
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]) => ({ id, p: Properties }));
  const shortName = (name: unknown): string => String(name).replace(prefix, '');

  const functions = new Map(ofType('AWS::Lambda::Function').map(({ id, p }) => [id, p]));
  const nameOf = (id: string): string => shortName(functions.get(id)?.FunctionName);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];

  const may = (functionId: string, action: RegExp, resourceId: string): boolean => {
    const role = template.Resources[referredTo(functions.get(functionId)?.Role) ?? '']?.Properties;
    const policies = (role?.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
    return policies
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .some(
        ({ Action, Resource }) =>
          [Action].flat().some((one) => action.test(one)) &&
          [Resource].flat().some((one) => referredTo(one) === resourceId),
      );
  };
  const writes = (functionId: string, tableId: string) =>
    may(functionId, /^dynamodb:(PutItem|UpdateItem|BatchWriteItem)$/, tableId);
  const reads = (functionId: string, tableId: string) =>
    may(functionId, /^dynamodb:(GetItem|BatchGetItem|Query|Scan)$/, tableId);

  const mappings = ofType('AWS::Lambda::EventSourceMapping').map(({ p }) => ({
    source: referredTo(p.EventSourceArn) ?? '',
    function: referredTo(p.FunctionName) ?? '',
  }));
  const tables = ofType('AWS::DynamoDB::Table').map(({ id, p }) => ({
    id,
    name: shortName(p.TableName),
    isStreamed: p.StreamSpecification !== undefined,
  }));
  const streamed = tables.find(({ isStreamed }) => isStreamed);
  if (!streamed) return { nodes, edges };

  const subscriptions = ofType('AWS::SNS::Subscription').flatMap(({ p }) => {
    const queue = referredTo(p.Endpoint);
    const mapping = mappings.find(({ source }) => source === queue);
    return queue && mapping
      ? [{ queue, function: mapping.function, topic: referredTo(p.TopicArn) ?? '', p }]
      : [];
  });
  // Queues that something else than the topic fills.
  const otherQueues = mappings.filter(
    ({ source, function: id }) =>
      template.Resources[source]?.Type === 'AWS::SQS::Queue' &&
      !subscriptions.some((one) => one.queue === source && one.function === id),
  );
  const consumerIds = new Set([...subscriptions, ...otherQueues].map((one) => one.function));
  const publisherIds = new Set(
    mappings.filter(({ source }) => source === streamed.id).map((one) => one.function),
  );

  const routes = routesOf(template);
  const members = (ids: string[]) =>
    ids.map((id) => {
      const route = routes.get(id);
      return { name: nameOf(id), ...(route && { route }) };
    });
  const routed = [...functions.keys()].filter((id) => routes.has(id));
  const commands = routed.filter((id) => writes(id, streamed.id));
  const viewTables = tables.filter(
    ({ id, isStreamed }) => !isStreamed && routed.some((one) => reads(one, id)),
  );
  const queries = routed.filter(
    (id) => !commands.includes(id) && [streamed, ...viewTables].some((table) => reads(id, table.id)),
  );
  const byHand = [...functions.keys()].filter(
    (id) => !routes.has(id) && !consumerIds.has(id) && writes(id, streamed.id),
  );

  if (commands.length > 0 || byHand.length > 0) {
    nodes.push({
      id: 'commands',
      kind: 'commands',
      label: 'Commands',
      members: members([...commands, ...byHand]),
    });
    edges.push({ from: 'commands', to: streamed.id, kind: 'writes' });
  }
  nodes.push({
    id: streamed.id,
    kind: 'table',
    label: streamed.name,
    description: 'The events: the only truth',
  });
  for (const id of publisherIds) {
    nodes.push({ id, kind: 'publisher', label: nameOf(id) });
    edges.push({ from: streamed.id, to: id, kind: 'stream' });
  }
  for (const { id, p } of ofType('AWS::SNS::Topic')) {
    const isFilled = [...publisherIds].some((one) => may(one, /^sns:Publish$/, id));
    if (!isFilled) continue;
    nodes.push({ id, kind: 'topic', label: shortName(p.TopicName) });
    for (const one of publisherIds) edges.push({ from: one, to: id, kind: 'publishes' });
  }

  const consumerNode = (functionId: string, queue: string): GraphNode => {
    const p = functions.get(functionId);
    const name = nameOf(functionId);
    const dead = deadLettersOf(template, queue);
    return {
      id: functionId,
      kind: 'consumer',
      label: name,
      queue,
      ...(typeof p?.Description === 'string' && { description: p.Description }),
      ...(dead && { deadLetters: dead }),
      isProjection: projections.includes(name),
    };
  };
  for (const { function: id, queue, topic, p } of subscriptions) {
    nodes.push(consumerNode(id, queue));
    const filter = p.FilterPolicy as Record<string, unknown[]> | undefined;
    edges.push({ from: topic, to: id, kind: 'delivers', ...(filter && { filter }) });
  }
  for (const { function: id, source } of otherQueues) {
    if (!nodes.some((node) => node.id === id)) nodes.push(consumerNode(id, source));
  }
  for (const { id: ruleId, p } of ofType('AWS::Events::Rule')) {
    const target = ((p.Targets ?? []) as { Arn: unknown }[]).map(({ Arn }) => referredTo(Arn)).find(Boolean);
    // Only a schedule that sends something to a queue of the graph belongs to an event's way.
    const fed = otherQueues.filter(({ source }) => target && may(target, /^sqs:SendMessage$/, source));
    if (!target || fed.length === 0) continue;
    nodes.push({
      id: ruleId,
      kind: 'schedule',
      label: nameOf(target),
      description: String(p.ScheduleExpression),
    });
    for (const { function: id } of fed) edges.push({ from: ruleId, to: id, kind: 'runs' });
  }
  for (const id of consumerIds) {
    if (writes(id, streamed.id)) edges.push({ from: id, to: streamed.id, kind: 'commands' });
    for (const table of viewTables) {
      if (writes(id, table.id)) edges.push({ from: id, to: table.id, kind: 'writes' });
    }
  }
  for (const { id, name } of viewTables) nodes.push({ id, kind: 'table', label: name });
  if (queries.length > 0) {
    nodes.push({ id: 'queries', kind: 'queries', label: 'Queries', members: members(queries) });
    for (const table of viewTables) edges.push({ from: table.id, to: 'queries', kind: 'reads' });
  }
  return { nodes, edges };
}

/** The logical id that an intrinsic function refers to. */
function referredTo(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string | string[] };
  if (Ref) return Ref;
  return Array.isArray(attribute) ? attribute[0] : attribute?.split('.')[0];
}

/** Function → `POST /orders`. */
function routesOf(template: Template): Map<string, string> {
  const routes = new Map<string, string>();
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::ApiGatewayV2::Route') continue;
    const parts =
      (Properties?.Target as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join']?.[1] ?? [];
    const integration = parts.map(referredTo).find(Boolean) ?? '';
    const target = referredTo(template.Resources[integration]?.Properties?.IntegrationUri);
    if (target) routes.set(target, String(Properties?.RouteKey));
  }
  return routes;
}

function deadLettersOf(template: Template, queue: string): string | undefined {
  const policy = template.Resources[queue]?.Properties?.RedrivePolicy as
    | { deadLetterTargetArn?: unknown }
    | undefined;
  return referredTo(policy?.deadLetterTargetArn);
}
