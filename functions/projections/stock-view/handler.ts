import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { stockProjection } from './projection.ts';

/** Keeps the stock of each SKU. */
export const createHandler = (runtime: Runtime) => createProjectionConsumer(runtime, stockProjection);

export const handler = createHandler(createRuntime());
