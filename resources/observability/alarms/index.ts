import type { Resource } from '#resources/local/stack/template.ts';
import type { StackParts } from '#resources/observability/parts.ts';
import type { Alarms } from './alarm.ts';
import { apiAlarms } from './api.ts';
import { auditAlarms, projectionAlarms } from './audit.ts';
import { deadlineAlarms } from './deadlines.ts';
import { functionAlarms } from './functions.ts';
import { publisherAlarms } from './publisher.ts';
import { consumerAlarms } from './queues.ts';
import { reviewAlarms } from './reviews.ts';

/** The CloudWatch alarms of a stage, generated from its functions and consumers, by logical id. All notify `topic`. */
export function alarmResources(parts: StackParts, topic: unknown): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(alarmsOf(parts)).map(([id, { name, ...alarm }]) => [
      id,
      {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: `${parts.name}-${name}`,
          EvaluationPeriods: 1,
          // Most metrics here are written only where something happens: no data means no failure.
          TreatMissingData: 'notBreaching',
          ComparisonOperator: 'GreaterThanThreshold',
          ...alarm,
          AlarmActions: [topic],
          OKActions: [topic],
        },
      },
    ]),
  );
}

const alarmsOf = (parts: StackParts): Alarms => ({
  ...apiAlarms(),
  ...functionAlarms(parts.functions),
  ...publisherAlarms(parts),
  ...auditAlarms(parts),
  ...deadlineAlarms(parts),
  ...reviewAlarms(parts),
  ...Object.assign({}, ...parts.consumers.map(consumerAlarms)),
  ...projectionAlarms(parts),
});
