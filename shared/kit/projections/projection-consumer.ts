import type { Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import type { MessageHandlers } from '#kit/messaging/delivery.ts';
import { byStream } from '#kit/messaging/handle-batch.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { writtenGenerations } from './generations.ts';
import { projectStream } from './project.ts';
import type { Projection } from './projection.ts';

/**
 * The Lambda handler of a projection: events go into every generation of its views, at once; `others` (the steps of a
 * rebuild) are handled beside them. A message is handled when all generations have it.
 * AWS calls: for each stream in the batch and each generation those of `project`; one get in five seconds.
 */
export const createProjectionConsumer = (
  runtime: Runtime,
  projection: Projection,
  others: MessageHandlers = {},
) =>
  createConsumer(
    runtime,
    async (deliveries) => {
      const generations = await writtenGenerations(runtime, projection.name);
      const handle = byStream(async (_, events) => {
        await allSettledOrThrow(generations.map((one) => projectStream(runtime, projection, events, one)));
      });
      return handle(deliveries);
    },
    others,
  );
