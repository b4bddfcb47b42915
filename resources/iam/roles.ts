import type { Serverless } from '#resources/local/serverless.ts';
import type { Resource } from '#resources/local/stack/template.ts';
import { InvalidConfiguration } from '#resources/variables.ts';
import { roleOf } from './role.ts';

/** JSON schema of `permissions` in a function's YAML: see Permissions in role.ts. */
export const permissionsSchema = {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string', pattern: '^[A-Z][A-Za-z]+$' } },
};

/**
 * Gives every function a role of its own, from the permissions that its YAML declares. Throws InvalidConfiguration, which names
 * the function.
 */
export function addRoles(serverless: Serverless): void {
  const { service } = serverless;
  const resources = service.resources?.Resources ?? {};
  const roles: Record<string, Resource> = {};
  for (const name of service.getAllFunctions()) {
    const id = `${serverless.getProvider('aws').naming.getNormalizedFunctionName(name)}Role`;
    roles[id] = roleOfFunction(name, serverless, resources);
    service.getFunction(name).role = id;
  }
  service.resources = { ...service.resources, Resources: { ...resources, ...roles } };
}

function roleOfFunction(
  name: string,
  serverless: Serverless,
  resources: Readonly<Record<string, Resource>>,
): Resource {
  const { service } = serverless;
  const {
    permissions = {},
    events = [],
    tracing = service.provider.tracing?.lambda,
  } = service.getFunction(name);
  try {
    return roleOf({
      permissions,
      events,
      logGroup: serverless.getProvider('aws').naming.getLogGroupLogicalId(name),
      traced: Boolean(tracing),
      resources,
      emailFrom: String(service.custom?.parameters?.emailFrom),
    });
  } catch (error) {
    if (error instanceof InvalidConfiguration) throw new InvalidConfiguration(`${name}: ${error.message}`);
    throw error;
  }
}
