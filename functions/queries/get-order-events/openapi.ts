import type { OperationContract } from '#api/operation.ts';
import { pageOfEvents } from '#api/page-of-events.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Audit',
  summary: "List an order's events",
  description:
    "The audit trail, oldest first, strongly consistent; one's own, or any with `orders:manage`. Events as they are stored, lifted to today's schemas: money in minor units.",
  answers: [pageOfEvents],
  problems: [notFound('There is no such order.')],
};
