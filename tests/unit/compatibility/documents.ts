import { type Contract, contractOf } from '#resources/compatibility/contract.ts';
import type { JsonObject, Schema } from '#resources/compatibility/json-schema.ts';

/** A schema in every place where a contract can have one: the data of an event, a request, an answer. */
export interface Places {
  data?: Schema;
  request?: Schema;
  response?: Schema;
}

/** A contract with one event type, one consumer and one operation; `change` works on its documents. */
export function contract(
  { data = {}, request = {}, response = {} }: Places = {},
  change: (documents: { openApi: JsonObject; asyncApi: JsonObject }) => void = () => undefined,
): Contract {
  const documents = { openApi: openApi(request, response), asyncApi: asyncApi(data) };
  change(documents);
  return contractOf('before', documents.openApi, documents.asyncApi);
}

/** The message of one version of CounterStarted. */
export const message = (data: Schema, sample: unknown = {}) => ({
  tags: [{ name: 'counter' }],
  headers: {
    properties: {
      eventType: { type: 'string' },
      aggregateType: { type: 'string' },
      limit: { type: 'number' },
    },
  },
  payload: {
    type: 'object',
    properties: { data, metadata: { $ref: '#/components/schemas/EventMetadata' } },
    required: ['data', 'metadata'],
  },
  examples: [{ payload: sample }],
});

const asyncApi = (data: Schema): JsonObject => ({
  operations: {
    publish: { action: 'send', messages: [] },
    tally: {
      action: 'receive',
      messages: [{ $ref: '#/channels/events/messages/CounterStartedV1' }],
      bindings: { sns: { consumers: [{ 'x-filterPolicy': { limit: [{ numeric: ['>=', 10] }] } }] } },
    },
  },
  components: {
    messages: {
      CounterStartedV1: { ...message({}), payload: { $ref: '#/components/schemas/CounterStartedV1' } },
      DeadLetter: {},
    },
    schemas: {
      CounterStartedV1: message(data).payload,
      EventMetadata: { type: 'object', properties: { userId: { type: 'string' } }, required: ['userId'] },
    },
  },
});

const openApi = (request: Schema, response: Schema): JsonObject => ({
  info: { title: 'Counters', version: '1.0.0' },
  paths: {
    '/counters': {
      post: {
        operationId: 'start-counter',
        security: [{ token: [] }],
        parameters: [
          { name: 'notify', in: 'query', schema: { type: 'string' } },
          { $ref: '#/components/parameters/Idempotency-Key' },
        ],
        requestBody: { content: { 'application/json': { schema: request } } },
        responses: {
          201: {
            headers: { etag: { required: true, schema: { type: 'string' } } },
            content: { 'application/json': { schema: response } },
          },
          409: { $ref: '#/components/responses/Conflict' },
        },
      },
    },
  },
  components: {
    parameters: { 'Idempotency-Key': { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } } },
    responses: {
      Conflict: {
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                {
                  properties: {
                    type: { enum: ['urn:counters:problem:counter-closed'] },
                    rule: { enum: ['counter_closed'] },
                  },
                },
              ],
            },
          },
        },
      },
    },
    schemas: {
      Problem: { type: 'object', properties: { detail: { type: 'string' } }, required: ['detail'] },
    },
  },
});
