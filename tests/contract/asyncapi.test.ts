import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { publishedEvents } from '#api/event-schemas.ts';
import { application } from '#application';
import { eventDefinitions, registry } from '#domain/index.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';

type Json = Record<string, unknown>;

const runtime = createRuntime(application, { settings: {} });

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const asyncApi = readJson(resolve(import.meta.dirname, '../../shared/api/asyncapi.json'));

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(asyncApi, 'asyncapi');
const errorsOf = (pointer: string, value: unknown) => {
  const validate = ajv.compile({ $ref: `asyncapi#${pointer}` });
  return validate(value) ? [] : validate.errors;
};

const ORDER_CREATED = ['OrderCreatedV1', 'OrderCreatedV2', 'OrderCreatedV3'];

describe('asyncapi.json', () => {
  test('is valid AsyncAPI 3.0, bindings included', () => {
    const schema = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json');
    // It brings its own draft-07.
    const official = new Ajv({ strict: false, meta: false, validateSchema: false });
    formats.default(official);
    const validate = official.compile(readJson(schema));
    expect({ valid: validate(asyncApi), errors: validate.errors }).toEqual({ valid: true, errors: null });
  });

  test('refers to nothing that is not there', () => {
    const refs = [...JSON.stringify(asyncApi).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(refs.length).toBeGreaterThan(100);
    const missing = refs.filter(
      (path) =>
        path.split('/').reduce((at: Json | undefined, step) => at?.[step] as Json, asyncApi) === undefined,
    );
    expect(missing).toEqual([]);
  });

  test('has a message for every event type in every version', () => {
    const expected = registry.eventTypes.flatMap((type) =>
      Array.from({ length: eventDefinitions[type].schemaVersion }, (_, index) => `${type}V${index + 1}`),
    );
    expect(Object.keys(asyncApi.components.messages)).toEqual([...expected, 'DeadLetter']);
  });

  test.each(publishedEvents.map((event) => [`${event.eventType}V${event.schemaVersion}`, event] as const))(
    '%s is what the publisher sends',
    (name, { example }) => {
      const { body, attributes } = toMessage(runtime, example as unknown as StoredEvent);
      const headers = Object.fromEntries(
        Object.entries(attributes).map(([attribute, { DataType, StringValue }]) => [
          attribute,
          DataType === 'Number' ? Number(StringValue) : StringValue,
        ]),
      );
      const message = asyncApi.components.messages[name];
      expect(errorsOf(`/components/messages/${name}/payload`, JSON.parse(body))).toEqual([]);
      expect(errorsOf(`/components/messages/${name}/headers`, headers)).toEqual([]);
      expect(Object.keys(headers).sort()).toEqual(Object.keys(message.headers.properties).sort());
      expect(message.examples).toEqual([{ name, headers, payload: JSON.parse(body) }]);
    },
  );

  test.each([
    [
      'sales',
      [
        ...ORDER_CREATED,
        'OrderShippedV1',
        'OrderCancelledV1',
        'OrderCancelledV2',
        'PaymentCapturedV1',
        'PaymentCapturedV2',
        'PaymentRefundedV1',
        'PaymentRefundedV2',
        'RefundFailedV1',
        'PaymentChargedBackV1',
      ],
      {},
    ],
    ['customs', ORDER_CREATED, { country: 'homeCountry' }],
    ['fraud-review', ORDER_CREATED, { total: 'highValueThreshold' }],
    [
      'notifications',
      [
        ...ORDER_CREATED,
        'OrderShippedV1',
        'OrderDeliveredV1',
        'OrderCancelledV1',
        'OrderCancelledV2',
        'PaymentDeclinedV1',
        'PaymentDeclinedV2',
        'PaymentRefundedV1',
        'PaymentRefundedV2',
        'RefundFailedV1',
        'PaymentChargedBackV1',
        'PaymentReportParkedV1',
        'PaymentReportParkedV2',
        'FraudReviewEscalatedV1',
        'CustomsDeclarationEscalatedV1',
      ],
      {},
    ],
    [
      'stock-view',
      [
        'StockReceivedV1',
        'StockAdjustedV1',
        'StockReservedV1',
        'StockReservedV2',
        'StockRejectedV1',
        'StockRejectedV2',
        'StockReleasedV1',
        'StockReleasedV2',
        'StockIssuedV1',
        'StockBackorderedV1',
        'BackorderFilledV1',
        'BackorderCancelledV1',
      ],
      {},
    ],
  ])('%s receives %j', (consumer, messages, parameters) => {
    const operation = asyncApi.operations[consumer];
    const named = operation.messages.map(({ $ref }: { $ref: string }) => $ref.split('/').at(-1));
    expect(named).toEqual(messages);
    expect(Object.keys(asyncApi.channels[consumer].messages)).toEqual(messages);
    expect(operation.bindings.sns.consumers[0]['x-parameters'] ?? {}).toEqual(parameters);
  });
});
