import type { CommandResult } from '#kit/event-store/handle-command.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import type { HttpResponse } from '#kit/http/response.ts';

/** What a decision on a review or declaration answers; `version` is that of the review. */
export const reviewResponse = ({
  aggregateId: orderId,
  version,
  state: { status },
}: CommandResult<{ status: string }>): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(version) },
  body: { orderId, version, status },
});
