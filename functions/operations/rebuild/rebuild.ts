import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { checkInput, InvalidOperation } from '#kit/operations/input.ts';
import {
  begin,
  changeGenerations,
  retire,
  rollBack,
  switchOver,
} from '#kit/projections/generation-changes.ts';
import { type Generations, readGenerations } from '#kit/projections/generations.ts';
import { readCheckpoints } from '#kit/projections/rebuild/checkpoint.ts';
import { advanceRebuild, propagatedAt } from './drive.ts';
import { type Progress, progressOf } from './progress.ts';

const input = z.strictObject({
  projection: z.string(),
  /** `status` only looks; `advance` sends what is to be sent and goes on to the next phase when one has ended. */
  action: z.enum(['status', 'start', 'advance', 'switch', 'rollback', 'cancel', 'drop']).default('status'),
  /**
   * Of a rebuild that starts: so many steps are at work at a time. Lambda polls a queue with five at first: with four,
   * one of them is left for live events.
   */
  segments: z.int().min(1).max(64).default(4),
});

export interface RebuildStatus extends Generations, Progress {
  projection: string;
}

/**
 * Builds the views of a projection anew, from the events, while they are in use; see kit/projections/rebuild. This function only
 * says what is to be done and looks how far it is: the work is done by the projection's own function, step by step.
 * One call never takes long; call it with `advance` until the phase is `ready` (or the generation gone, after `drop`
 * and `cancel`). Any call may die, and any may be made twice or by two at a time.
 * Throws InvalidOperation, with nothing changed, for what cannot be done now.
 * AWS calls: a get and a query; `advance` more where a phase ends: a put and, for each segment, a put, and sends.
 */
export async function rebuild(runtime: Runtime, given: unknown): Promise<RebuildStatus> {
  const { projection, action, segments } = checkInput(input, given);
  const names = runtime.application.projections;
  if (!names.includes(projection)) {
    throw new InvalidOperation(`no projection is called ${projection}; there are ${names.join(', ')}`);
  }
  const generations = await act(runtime, projection, action, segments);
  const { other } = generations;
  const checkpoints = other ? await readCheckpoints(runtime, projection, other.generation) : [];
  return {
    projection,
    ...generations,
    ...progressOf(checkpoints, other, other && propagatedAt(runtime, other), runtime.now()),
  };
}

async function act(
  runtime: Runtime,
  projection: string,
  action: z.infer<typeof input>['action'],
  segments: number,
): Promise<Generations> {
  switch (action) {
    case 'status':
      return readGenerations(runtime, projection);
    case 'start': {
      const expected = await itemsIn(runtime, 'EVENTS_TABLE');
      await changeGenerations(runtime, projection, begin({ segments, expected }));
      return advanceRebuild(runtime, projection);
    }
    case 'advance':
      return advanceRebuild(runtime, projection);
    case 'switch':
      return changeGenerations(runtime, projection, switchOver);
    case 'rollback':
      return changeGenerations(runtime, projection, rollBack);
    case 'cancel':
    case 'drop': {
      const expected = await itemsIn(runtime, 'READ_MODEL_TABLE');
      const what = action === 'drop' ? 'kept' : 'unfinished';
      await changeGenerations(runtime, projection, retire(what, expected));
      return advanceRebuild(runtime, projection);
    }
  }
}

/** As DynamoDB counts them, every six hours or so: good enough to tell how much time is left. */
async function itemsIn(runtime: Runtime, table: 'EVENTS_TABLE' | 'READ_MODEL_TABLE'): Promise<number> {
  const { Table } = await runtime.dynamo.send(
    new DescribeTableCommand({ TableName: runtime.setting(table) }),
  );
  return Table?.ItemCount ?? 0;
}
