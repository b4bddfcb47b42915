import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { isFrom } from '../../../shared/domain/events.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { byStream } from '../../../shared/messaging/handle.ts';
import { project } from '../../../shared/read-model/versioned-view.ts';
import { stock } from './projection.ts';

/** Keeps the stock of each SKU. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(
    runtime,
    byStream(async (_, events) => {
      await project(
        runtime,
        stock,
        events.filter((event) => isFrom('inventory', event)),
      );
    }),
  );

export const handler = createHandler(createRuntime());
