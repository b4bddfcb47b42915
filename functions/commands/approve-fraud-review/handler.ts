import { application } from '#application';
import { type FraudReviewCommand, fraudReviewAggregate } from '#domain/fraud-review.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { decisionHandler } from '../decision-handler.ts';

/** POST /fraud-reviews/{orderId}/approve */
export const createHandler = (runtime: Runtime) =>
  decisionHandler(runtime, fraudReviewAggregate, {
    operation: 'approve-fraud-review',
    scope: 'reviews:decide',
    command: (decision): FraudReviewCommand => ({ type: 'approve', ...decision }),
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
