import type { Statement } from '#resources/iam/role.ts';
import type { Serverless } from '#resources/local/serverless.ts';

/**
 * Lets each function that may send to its own queue do so for as long as its work takes: a rebuild sends its steps that way. Lambda would
 * otherwise stop it after 16 steps, as a loop. Call it when every function has its role.
 */
export function allowOwnMessages(serverless: Serverless): void {
  const { service } = serverless;
  // The framework has no such property of a function.
  const extensions = { ...service.resources?.extensions };
  for (const name of service.getAllFunctions()) {
    const { role = '', events = [] } = service.getFunction(name);
    const statements = statementsOf(service.resources?.Resources?.[role]?.Properties);
    const queues = events.flatMap(({ sqs }) => (sqs ? [JSON.stringify(sqs.arn)] : []));
    const sends = statements
      .filter(({ Action }) => Action.includes('sqs:SendMessage'))
      .flatMap(({ Resource }) => Resource.map((arn) => JSON.stringify(arn)));
    if (!queues.some((queue) => sends.includes(queue))) continue;
    const id = serverless.getProvider('aws').naming.getLambdaLogicalId(name);
    extensions[id] = { Properties: { ...extensions[id]?.Properties, RecursiveLoop: 'Allow' } };
  }
  service.resources = { ...service.resources, extensions };
}

function statementsOf(role: unknown): Statement[] {
  const { Policies = [] } = (role ?? {}) as { Policies?: { PolicyDocument: { Statement: Statement[] } }[] };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
