import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleFraudReview, fraudReview } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'List fraud reviews',
  description:
    'One for each order of high value. `status=open` is what waits for a decision, oldest first; any other list is newest first.',
  parameters: { status: { description: 'Only those of this status', example: 'open' } },
  answers: [
    {
      status: 200,
      description: 'A page of reviews.',
      schema: z.object({ fraudReviews: z.array(fraudReview), ...fields.page }),
      example: { fraudReviews: [exampleFraudReview] },
    },
  ],
};
