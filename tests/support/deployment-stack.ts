import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Statement } from './iam-simulator.ts';
import { ACCOUNT, arn, type Deployment } from './resource-arns.ts';
import { root } from './scripts.ts';

export interface DeploymentStack {
  /** What GitHub's role for a stage may do. */
  role: Statement[];
  /** The most that a role of the stage can have. */
  boundary: Statement[];
}

/** resources/deployment/github-role.yml, as CloudFormation would make it for a stage. */
export function deploymentStack({ service, stage }: Deployment): DeploymentStack {
  const values: Record<string, string> = {
    Service: service,
    Stage: stage,
    Boundary: arn('iam', `policy/${service}-${stage}-boundary`, ''),
    'AWS::Partition': 'aws',
    'AWS::AccountId': ACCOUNT,
  };
  const { DeployRole, Boundary } = template.Resources;
  return {
    role: resolve(DeployRole.Properties.Policies, values).flatMap(
      (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
    ),
    boundary: resolve(Boundary.Properties.PolicyDocument.Statement, values),
  };
}

const template = parse(readFileSync(join(root, 'resources/deployment/github-role.yml'), 'utf8'));

// biome-ignore lint/suspicious/noExplicitAny: any part of a template.
function resolve(part: any, values: Readonly<Record<string, string>>): any {
  if (Array.isArray(part)) return part.map((one) => resolve(one, values));
  if (typeof part !== 'object' || part === null) return part;
  if ('Ref' in part) return filledIn(part.Ref, values);
  if ('Fn::Sub' in part) {
    return part['Fn::Sub'].replaceAll(/\$\{([^}]+)\}/g, (_: string, name: string) => filledIn(name, values));
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value, values)]));
}

function filledIn(name: string, values: Readonly<Record<string, string>>): string {
  const { [name]: found } = values;
  if (found === undefined) throw new Error(`github-role.yml refers to ${name}`);
  return found;
}
