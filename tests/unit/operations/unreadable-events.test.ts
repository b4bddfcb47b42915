import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { application } from '#application';
import { checkDelivery } from '#functions/operations/audit/check-delivery.ts';
import { auditedTypes, checksOf } from '#functions/operations/audit/delivery-checks.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { AuditWorld } from '#tests/support/audit-world.ts';

test.each(['invalid', 'newer'])(
  'An event that is %s is missing at everybody, and stops no audit',
  async (kind) => {
    const { registry } = application;
    for (const eventType of auditedTypes) {
      const world = new AuditWorld();
      const id = world.runtime().newId();
      const aggregateType = registry.aggregateTypeOf(eventType);
      const event = {
        streamId: `${aggregateType}-${id}`,
        version: 1,
        aggregateType,
        aggregateId: id,
        eventId: id,
        eventType,
        schemaVersion: kind === 'newer' ? 99 : registry.currentSchemaVersion(eventType),
        data: { orderId: 7 },
        metadata: {
          userId: 'u',
          correlationId: 'c',
          causationId: 'c',
          commandId: id,
          timestamp: new Date(world.now).toISOString(),
        },
      } as unknown as StoredEvent;
      await world.dynamo.send(new PutCommand({ TableName: 'events', Item: toItem(event, {}) }));
      const [finding] = await checkDelivery(world.runtime(), eventType, [event]);
      const missing = finding?.missingAt.map(({ consumer }) => consumer) ?? [];
      const expected = checksOf(eventType).map(({ consumer }) => consumer);
      expect({ eventType, missing: missing.sort() }).toEqual({ eventType, missing: expected.sort() });
    }
  },
);
