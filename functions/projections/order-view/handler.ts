import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { isFrom } from '../../../shared/domain/events.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { byStream } from '../../../shared/messaging/handle.ts';
import { project } from '../../../shared/read-model/versioned-view.ts';
import { customers, orders } from './projection.ts';

/** Keeps the order view and the customer view. A stream has events of one kind, so one of the two has nothing to do. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(
    runtime,
    byStream(async (_, events) => {
      await project(
        runtime,
        orders,
        events.filter((event) => isFrom('order', event)),
      );
      await project(
        runtime,
        customers,
        events.filter((event) => isFrom('customer', event)),
      );
    }),
  );

export const handler = createHandler(createRuntime());
