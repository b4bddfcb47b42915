import * as z from 'zod';
import { registry } from '#domain/index.ts';
import { type NewEvent, streamIdOf } from '#kit/events/event.ts';
import { type Problem, problemsOf } from '#kit/events/field-errors.ts';
import { OPERATOR } from '#kit/events/identities.ts';
import { InvalidEventData, NewerSchemaVersion } from '#kit/events/unreadable-event.ts';

const name = z.string().regex(/^[A-Za-z0-9._:@|-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : @ | -');

const emission = z.strictObject({
  eventType: z
    .string()
    .refine(registry.isEventType, { error: `must be one of ${registry.eventTypes.join(', ')}` }),
  aggregateId: name,
  data: z.record(z.string(), z.unknown()),
  /** Of `data`; the current one when absent. An older one is lifted. */
  schemaVersion: z.int().positive().optional(),
  /** The version that the stream is at; 0 = there is no such stream yet. */
  expectedVersion: z.int().nonnegative().optional(),
  userId: name.default(OPERATOR),
  correlationId: name.optional(),
});

export type Emission = Omit<z.infer<typeof emission>, 'eventType' | 'data' | 'schemaVersion'> & {
  event: NewEvent;
};

/** What was asked for cannot be emitted; the message names everything that is wrong. Nothing was appended. */
export class InvalidEmission extends Error {
  override readonly name = 'InvalidEmission';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      `Nothing was emitted. ${problems.map(({ path, message }) => `${path || 'input'}: ${message}`).join('; ')}`,
    );
    this.problems = problems;
  }
}

/** Checks the input of `emit-event`, fields and data at once. Throws InvalidEmission. */
export function checkEmission(input: unknown): Emission {
  const parsed = emission.safeParse(input);
  const problems = parsed.error ? problemsOf(parsed.error) : [];
  const event = checkData(input, problems);
  if (!parsed.success || !event) throw new InvalidEmission(problems);
  const { eventType: _, data: __, schemaVersion: ___, ...rest } = parsed.data;
  return { ...rest, event };
}

// Also where another field is wrong already, so that a person corrects all of them in one go.
function checkData(input: unknown, problems: Problem[]): NewEvent | undefined {
  const parsed = emission.pick({ eventType: true, data: true, schemaVersion: true }).strip().safeParse(input);
  if (!parsed.success) return undefined;
  const { eventType, data, schemaVersion } = parsed.data;
  try {
    return registry.checkNewEvent({ eventType, data: lifted(eventType, data, schemaVersion) });
  } catch (error) {
    if (error instanceof NewerSchemaVersion) {
      problems.push({ path: 'schemaVersion', message: error.message });
    } else if (error instanceof InvalidEventData) {
      problems.push(...error.problems.map(({ path, message }) => ({ path: within('data', path), message })));
    } else {
      throw error;
    }
    return undefined;
  }
}

const within = (parent: string, path: string): string =>
  path === '' || path.startsWith('[') ? parent + path : `${parent}.${path}`;

function lifted(
  eventType: string,
  data: Record<string, unknown>,
  schemaVersion = registry.currentSchemaVersion(eventType),
): unknown {
  if (schemaVersion === registry.currentSchemaVersion(eventType)) return data;
  const aggregateType = registry.aggregateTypeOf(eventType);
  return registry.upcast({
    streamId: streamIdOf(aggregateType, 'x'),
    version: 1,
    eventId: '00000000-0000-7000-8000-000000000000',
    aggregateType,
    aggregateId: 'x',
    eventType,
    schemaVersion,
    data,
    metadata: {
      userId: OPERATOR,
      timestamp: new Date(0).toISOString(),
      correlationId: 'x',
      causationId: 'x',
      commandId: 'x',
    },
  }).data;
}
