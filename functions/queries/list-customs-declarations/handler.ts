import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { CUSTOMS_DECLARATION_STATUSES, readCustomsDeclarations } from '#read-model/reviews.ts';
import { reviewListHandler } from '../review-list-handler.ts';

/**
 * GET /customs-declarations, see `reviewListHandler`. AWS calls: 4 queries for the open ones, else 4 a month looked at (20 for all), and the live
 * generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  reviewListHandler(runtime, {
    list: 'customs-declarations',
    field: 'customsDeclarations',
    statuses: CUSTOMS_DECLARATION_STATUSES,
    read: readCustomsDeclarations,
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
