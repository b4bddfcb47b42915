import type { EventType } from '#domain/index.ts';
import { ownMetric } from '#resources/observability/metrics.ts';
import type { StackParts } from '#resources/observability/parts.ts';
import { type Alarm, type Alarms, MINUTE } from './alarm.ts';

/** What people have not decided in time. Staff get an email for each, so the alarm is for those who see that nobody decides at all. */
export const reviewAlarms = (parts: StackParts): Alarms => ({
  FraudReviewsOverdueAlarm: {
    name: 'fraud-reviews-overdue',
    AlarmDescription:
      'Nobody has decided on a fraud review within the hours of the stage; its order waits. See: Reviews are overdue.',
    ...anyOf(parts, 'FraudReviewEscalated'),
  },
  CustomsDeclarationsOverdueAlarm: {
    name: 'customs-declarations-overdue',
    AlarmDescription:
      'Nobody has decided on a customs declaration within the hours of the stage; its order waits. See: Reviews are overdue.',
    ...anyOf(parts, 'CustomsDeclarationEscalated'),
  },
});

/** The first event of this type within five minutes that a deadline led to. */
const anyOf = (parts: StackParts, Value: EventType): Omit<Alarm, 'name' | 'AlarmDescription'> => ({
  ...ownMetric(parts, 'DeadlineEvents', { Name: 'eventType', Value }),
  Statistic: 'Sum',
  Period: 5 * MINUTE,
  Threshold: 0,
});
