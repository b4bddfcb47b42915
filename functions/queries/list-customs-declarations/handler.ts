import * as z from 'zod';
import { withMajorUnits } from '#api/major-units.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { withoutStorageKeys } from '#kit/projections/keys.ts';
import { readListing } from '#read-model/listing.ts';

const LIST = 'list-customs-declarations';

/** GET /customs-declarations?limit=&cursor=: newest first. AWS calls: 4 queries a month looked at. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject(pageFields(timeCursor)),
    async handle({ query: { limit, cursor } }) {
      const before = cursorIn(LIST, cursor);
      const page = await readListing(runtime, { kinds: ['CUSTOMS_DECLARATIONS'], limit, before });
      const customsDeclarations = page.items.map((item) => withMajorUnits(withoutStorageKeys(item)));
      return { status: 200, body: { customsDeclarations, ...nextCursor(LIST, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
