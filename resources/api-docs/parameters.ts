import * as z from 'zod';
import { IDEMPOTENCY_KEY, IF_MATCH } from '#kit/http/request.ts';
import type { Components, JsonSchema } from './json-schema.ts';
import type { Operation } from './operations.ts';

/** What parameters of path and query mean wherever they appear. */
const meanings: Record<string, { description: string; example?: string | number }> = {
  orderId: { description: 'The order', example: 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52' },
  paymentId: { description: 'The payment', example: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f' },
  customerId: { description: "The customer: a token's `sub`", example: 'ada' },
  sku: { description: 'The article', example: 'LAPTOP-14' },
  status: { description: 'Only orders of this status', example: 'paid' },
  type: { description: 'The type of event', example: 'OrderCreated' },
  limit: { description: 'How many at the most', example: 20 },
  cursor: {
    description: 'The `cursor` of the page before. Good for the same list only; anything else is a 422',
  },
  minVersion: {
    description: 'Waits until the view has got to this version; 409 where the order itself has not',
  },
  asOf: { description: 'The order as it was at that time', example: '2026-11-23T10:00:00Z' },
};

export const headerParameters = {
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` that the caller last saw: 412 where the resource has another version. `*`: 412 where it does not exist',
    schema: { type: 'string', pattern: IF_MATCH.source },
    example: '"3"',
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      "Makes repeats safe: the same command under the same key is answered as the first time and changes nothing more; another command on the same resource, or another payload, is a 422. A caller's keys are their own",
    schema: { type: 'string', maxLength: 255, pattern: IDEMPOTENCY_KEY.source },
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of the document that the client has: 304 while it is still the same',
    schema: { type: 'string' },
    example: 'W/"p0ZkFh3yT1mXr8cQ2vNwLA"',
  },
  'x-correlation-id': {
    name: 'x-correlation-id',
    in: 'header',
    description:
      'One id for everything that this request sets off, events and logs; one of ours where it is left out or has another form than 1 to 64 of A-Z a-z 0-9 _ -',
    schema: { type: 'string' },
    example: 'checkout_7-a',
  },
};

export function parametersOf({ name, route, contract }: Operation, components: Components): JsonSchema[] {
  const headers = [
    ...(contract.ifMatch ? ['If-Match'] : []),
    ...(route.body ? ['Idempotency-Key'] : []),
    ...(contract.answers.some(({ status }) => status === 304) ? ['If-None-Match'] : []),
    'x-correlation-id',
  ];
  return [
    ...fieldsOf('path', route.params),
    ...fieldsOf('query', route.query),
    ...headers.map((header) => ({ $ref: `#/components/parameters/${header}` })),
  ];

  function fieldsOf(place: 'path' | 'query', schema: z.ZodType | undefined): JsonSchema[] {
    if (!schema) return [];
    const { properties = {}, required = [] } = components.input(schema) as ObjectSchema;
    return Object.entries(properties).map(([field, json]) => {
      const own = contract.parameters?.[field];
      const description = own?.description ?? meanings[field]?.description;
      if (!description) throw new Error(`${name}: nobody says what ${field} means`);
      const example = own?.example ?? meanings[field]?.example;
      const fallback = defaultOf(schema, field);
      return {
        name: field,
        in: place,
        ...(required.includes(field) && fallback === undefined && { required: true }),
        description,
        schema: fallback === undefined ? json : { ...json, default: fallback },
        ...(example !== undefined && { example }),
      };
    });
  }
}

interface ObjectSchema {
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** zod leaves the default of a field that transforms out of its JSON Schema. */
function defaultOf(schema: z.ZodType, field: string): unknown {
  const inner = schema instanceof z.ZodObject ? schema.shape[field] : undefined;
  return inner instanceof z.ZodDefault ? inner.def.defaultValue : undefined;
}
