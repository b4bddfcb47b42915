import type { Serverless } from '#resources/local/serverless.ts';
import { roleOf } from './role.ts';

/** The Serverless plugin that gives every function a role of its own, from the `calls` that its YAML declares. */
export default class RolesPlugin {
  readonly hooks: Record<string, () => unknown>;

  constructor(serverless: Serverless) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: {
        calls: {
          type: 'object',
          additionalProperties: { type: 'array', items: { type: 'string', pattern: '^[A-Z][A-Za-z]+$' } },
        },
      },
    });
    this.hooks = { initialize: () => addRoles(serverless) };
  }
}

function addRoles(serverless: Serverless): void {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const resources = service.resources?.Resources ?? {};
  const roles = service.getAllFunctions().map((name) => {
    const definition = service.getFunction(name);
    const { calls = {}, events = [], tracing = service.provider.tracing?.lambda } = definition;
    const id = `${naming.getNormalizedFunctionName(name)}Role`;
    definition.role = id;
    try {
      const role = roleOf({
        calls,
        events,
        logGroup: naming.getLogGroupLogicalId(name),
        traced: Boolean(tracing),
        resources,
        emailFrom: String(service.custom?.parameters?.emailFrom),
      });
      return [id, role] as const;
    } catch (error) {
      throw new serverless.classes.Error(`${name}: ${(error as Error).message}`, 'INVALID_CALLS');
    }
  });
  service.resources = { ...service.resources, Resources: { ...resources, ...Object.fromEntries(roles) } };
}
