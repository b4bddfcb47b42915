import type { Kind } from '#tests/properties/checks/findings.ts';
import type { Call, Defect } from '#tests/properties/simulator/defect.ts';
import type { FaultKind } from '#tests/properties/simulator/faults.ts';

export interface DeliberateDefect extends Defect {
  /** What the checks must call it, at least. */
  caughtAs: readonly Kind[];
  /** The one kind of fault that exposes it: without it, the same runs find nothing. */
  exposedBy?: FaultKind;
  /** Only where somebody redrives, republishes and rebuilds meanwhile. */
  operated?: true;
}

export type Input = Record<string, unknown>;
export type Records = { messageId: string; body: string; dynamodb?: { SequenceNumber: string } }[];

/** The same command with another input. */
export function changed({ command }: Call, change: Input): object {
  const Create = command.constructor as new (input: Input) => object;
  return new Create({ ...(command as { input: Input }).input, ...change });
}

export const writesTo = (call: Call, table: RegExp): boolean =>
  call.name === 'PutCommand' && table.test(String(call.input.TableName));

export const withoutCondition = (call: Call): object =>
  changed(call, {
    ConditionExpression: undefined,
    ExpressionAttributeNames: undefined,
    ExpressionAttributeValues: undefined,
    ReturnValuesOnConditionCheckFailure: undefined,
  });

export const reported = (result: unknown): { itemIdentifier: string }[] =>
  (result as { batchItemFailures?: { itemIdentifier: string }[] }).batchItemFailures ?? [];

export const isConsumer = (result: unknown): boolean =>
  Array.isArray((result as { batchItemFailures?: unknown } | undefined)?.batchItemFailures);

let forged = 0;

/** An id that nothing else has. */
export const forgedId = (): string => `forged-${++forged}`;
