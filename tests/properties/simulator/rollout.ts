import { application } from '#application';
import type { Application } from '#kit/config/application.ts';
import { UnknownEventType } from '#kit/events/unreadable-event.ts';
import type { Adversary } from './adversary.ts';

/** A deployment in the middle of a run. CloudFormation updates functions in no order: old and new code run at once. */
export interface Rollout {
  /** The code that a function runs at this moment. */
  applicationOf(functionName: string): Application;
  /** Reads every event that either code has written. */
  newest: Application;
}

/** Types that only commands of clients write: code that does not know one never has to write it. */
const OF_CLIENTS = ['CustomerRenamed', 'OrderShipped', 'OrderDelivered'] as const;

/** Whatever the schema is today: `next` writes it one version higher, and reads both. */
function withNextSchema(eventType: string): Application {
  const { registry } = application;
  const present = registry.currentSchemaVersion(eventType);
  const raised = <Event extends { eventType: string }>(event: Event): Event =>
    event.eventType === eventType ? { ...event, schemaVersion: present + 1 } : event;
  return {
    ...application,
    registry: {
      ...registry,
      currentSchemaVersion: (type) =>
        type === eventType ? present + 1 : registry.currentSchemaVersion(type),
      upcast(raw) {
        const { eventType: type, schemaVersion } = raw as { eventType?: string; schemaVersion?: number };
        const isNext = type === eventType && schemaVersion === present + 1;
        return raised(registry.upcast(isNext ? { ...(raw as object), schemaVersion: present } : raw));
      },
    },
  };
}

/** The code of before a type was there. */
function withoutType(eventType: string): Application {
  const { registry } = application;
  return {
    ...application,
    registry: {
      ...registry,
      upcast(raw) {
        if ((raw as { eventType?: string }).eventType === eventType) throw new UnknownEventType(eventType);
        return registry.upcast(raw);
      },
    },
  };
}

/**
 * @param now the time of the run, ms since 1970
 * @param consumers the names of their functions
 */
export function rolloutOf(adversary: Adversary, now: () => number, consumers: ReadonlySet<string>): Rollout {
  const random = adversary.random('rollout');
  const isNewType = random.hits(0.4);
  const eventType = random.pick(isNewType ? OF_CLIENTS : application.registry.eventTypes);
  const [older, newest] = isNewType
    ? [withoutType(eventType), application]
    : [application, withNextSchema(eventType)];
  const start = now() + random.between(0, 300_000);
  const updatedAt = new Map<string, number>();
  return {
    newest,
    applicationOf(name) {
      // Code that does not know a type cannot write it.
      if (isNewType && !consumers.has(name)) return newest;
      let at = updatedAt.get(name);
      if (at === undefined) {
        const isLate = adversary.at(`rollout/${name}`, 'updated late', 0.3);
        at = isLate ? start + adversary.random(`rollout/${name}/time`).between(1_000, 900_000) : 0;
        updatedAt.set(name, at);
      }
      return now() < at ? older : newest;
    },
  };
}
