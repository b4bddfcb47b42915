import { z } from 'zod';
import type { Serverless } from '#resources/local/serverless.ts';
import { check } from '#resources/variables.ts';

/**
 * Limits every role of the stack to the permissions boundary that resources/deployment/github-role.yml makes for the stage, where the
 * parameter `permissionsBoundary` is `stage`. Call it when every function has its role. Throws InvalidConfiguration for another value.
 */
export function limitRoles(serverless: Serverless): void {
  const { service } = serverless;
  const boundary = check(
    z.enum(['none', 'stage']),
    service.custom?.permissionsBoundary ?? 'none',
    'param:permissionsBoundary',
  );
  if (boundary === 'none') return;
  const name = `${service.service}-${serverless.getProvider('aws').getStage()}-boundary`;
  const PermissionsBoundary = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${name}` };
  const { Resources = {} } = service.resources ?? {};
  const limited = Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([id, role]) => [id, { ...role, Properties: { ...role.Properties, PermissionsBoundary } }]);
  service.resources = {
    ...service.resources,
    Resources: { ...Resources, ...Object.fromEntries(limited) },
  };
}
