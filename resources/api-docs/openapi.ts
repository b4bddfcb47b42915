import { tags } from '#api/operation.ts';
import { gatewayMessage, problem } from '#api/problems.ts';
import { application } from '#application';
import { Components, type JsonSchema } from './json-schema.ts';
import type { Operation } from './operations.ts';
import { headerParameters, parametersOf } from './parameters.ts';
import { headers, responsesOf, SharedResponses } from './responses.ts';

/** Scope → what it allows. */
const scopes = {
  'orders:manage': "Everybody's orders and customers, shipping, reports.",
  'catalogue:manage': 'Listing products, their prices, withdrawing them.',
  'payments:write': 'Recording and refunding payments.',
  'inventory:write': 'Receiving stock.',
  'reviews:decide': 'Approving and rejecting fraud reviews.',
  'customs:decide': 'Clearing and refusing customs declarations.',
  'audit:read': 'Events of every kind.',
};

/** The OpenAPI 3.1 document of these operations. The same input gives the same document. */
export function openApiOf(operations: readonly Operation[], version: string) {
  const components = new Components();
  const shared = new SharedResponses();
  components.output(problem);
  components.output(gatewayMessage);
  const paths: Record<string, JsonSchema> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = {
      ...path,
      [operation.method.toLowerCase()]: documentOf(operation, components, shared),
    };
  }
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
    info: {
      title: application.title,
      version,
      summary: 'An event-sourced order system',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document comes from' }],
    tags: Object.entries(tags).map(([name, about]) => ({ name, description: about })),
    paths,
    components: {
      schemas: sorted(components.schemas),
      responses: sorted(shared.responses),
      parameters: headerParameters,
      headers,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `An access token of the deployment's issuer. Identity is its \`sub\`, rights are its \`scope\` (of Cognito also the person's groups, and scopes are called \`${application.resourceServer}/…\`):\n\n${Object.entries(
            scopes,
          )
            .map(([name, about]) => `- \`${name}\` ${about}`)
            .join('\n')}`,
        },
      },
    },
  };
}

const description = `JSON in camelCase. Money is shown in decimals, times in UTC.

**Errors** of the functions are \`application/problem+json\` (RFC 9457) with a \`type\` for programs and a \`correlationId\`; where input is invalid, \`errors\` names everything that is wrong at once. API Gateway's own answers (401, 429, 5xx) are \`{"message": …}\`.

**Repeats.** With \`Idempotency-Key\`, a command that is sent again to the same resource is answered as the first time and changes nothing. A key counts for one resource: the order that was created with it, or the one in the path. A command that changed nothing leaves nothing by which it could be recognised: sent again, it is decided again.

**Concurrency.** What can be changed has an \`ETag\`; a command with \`If-Match\` gets 412 when it has moved on, or with \`*\` when it does not exist. \`If-None-Match\` is for documents: in a command it is a 422.

**Growth.** Answers may gain fields: ignore what you do not know. Requests may not hold any that this document does not name.`;

function documentOf(operation: Operation, components: Components, shared: SharedResponses): JsonSchema {
  const { name, authorized, route, contract } = operation;
  const { tag, summary } = contract;
  const requests = Object.entries(contract.requests ?? {});
  const examples = Object.fromEntries(requests.map(([key, value]) => [key, { value }]));
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: contract.description,
    security: authorized ? [{ token: route.scope ? [route.scope] : [] }] : [],
    parameters: parametersOf(operation, components),
    ...(route.body && {
      requestBody: {
        required: needsFields(components.input(route.body)),
        content: { 'application/json': { schema: components.input(route.body), examples } },
      },
    }),
    responses: responsesOf(operation, components, shared),
  };
}

const needsFields = ({ required, minProperties }: JsonSchema): boolean =>
  (Array.isArray(required) && required.length > 0) || Number(minProperties) > 0;

const sorted = <Value>(record: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
