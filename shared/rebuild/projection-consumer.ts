import type { Runtime } from '../config/runtime.ts';
import { createConsumer } from '../messaging/consume.ts';
import { byStream } from '../messaging/handle.ts';
import { allEnded } from '../messaging/in-turn.ts';
import { writtenGenerations } from '../read-model/generations.ts';
import { type Projection, projectStream } from '../read-model/projection.ts';
import { runStep } from './run-step.ts';

/**
 * The Lambda handler of a projection: events go into every generation of its views, at once; steps of a rebuild are
 * done beside them. A message is handled when all generations have it.
 * AWS calls: for each stream in the batch and each generation those of `project`; one get in five seconds.
 */
export const createProjectionConsumer = (runtime: Runtime, projection: Projection) =>
  createConsumer(
    runtime,
    async (deliveries) => {
      const generations = await writtenGenerations(runtime, projection.name);
      const handle = byStream(async (_, events) => {
        await allEnded(generations.map((one) => projectStream(runtime, projection, events, one)));
      });
      return handle(deliveries);
    },
    (step, receiveCount) => runStep(runtime, projection, step, receiveCount),
  );
