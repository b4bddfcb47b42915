import * as z from 'zod';
import type { OperationContract } from '#api/operation.ts';
import { application } from '#application';

export const contract: OperationContract = {
  tag: 'Service',
  summary: 'Get this document',
  description: 'OpenAPI 3.1.',
  answers: [
    {
      status: 200,
      description: 'The document.',
      schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
      example: { openapi: '3.1.1', info: { title: application.title, version: '0.2.0' }, paths: {} },
      headers: ['etag', 'cacheControl'],
    },
    {
      status: 304,
      description: 'It is still the one that If-None-Match names.',
      headers: ['etag', 'cacheControl'],
    },
  ],
};
