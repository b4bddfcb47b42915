import type { OperationContract } from '#api/operation.ts';
import { exampleOrder, order } from '#api/order-dto.ts';
import { notFound } from '#kit/http/problem.ts';
import { versionNotReached } from './handler.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Get an order',
  description:
    "One's own, or any with `orders:manage`. The view follows the events within moments: `minVersion` waits for a version, or answers from the events themselves. `asOf` answers with the order as it was, without an ETag; not both.",
  parameters: {
    minVersion: { example: 2 },
    asOf: {},
  },
  answers: [
    { status: 200, description: 'The order.', schema: order, example: exampleOrder, headers: ['etag?'] },
  ],
  problems: [notFound('There is no such order.'), versionNotReached(2)],
};
