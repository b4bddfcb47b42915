import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { withShownMoney } from '../../../shared/http/money-fields.ts';
import { nextCursor, pageFields, placeIn, timePlace } from '../../../shared/http/page.ts';
import { viewOf } from '../../../shared/read-model/keys.ts';
import { readListing } from '../../../shared/read-model/listing.ts';

const LIST = 'list-fraud-reviews';

/** GET /fraud-reviews?limit=&cursor=: newest first. AWS calls: 4 queries a month looked at. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject(pageFields(timePlace)),
    async handle({ query: { limit, cursor } }) {
      const before = placeIn(LIST, cursor);
      const page = await readListing(runtime, { kinds: ['FRAUD_REVIEWS'], limit, before });
      const fraudReviews = page.items.map((item) => withShownMoney(viewOf(item)));
      return { status: 200, body: { fraudReviews, ...nextCursor(LIST, page.next) } };
    },
  });

export const handler = createHandler(createRuntime());
