import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { createProjectionConsumer } from '../../../shared/rebuild/projection-consumer.ts';
import { stockProjection } from './projection.ts';

/** Keeps the stock of each SKU. */
export const createHandler = (runtime: Runtime) => createProjectionConsumer(runtime, stockProjection);

export const handler = createHandler(createRuntime());
