import * as z from 'zod';
import type { OperationContract } from '#api/operation.ts';
import { application } from '#application';

export const contract: OperationContract = {
  tag: 'Service',
  summary: 'Get the document of the events',
  description: 'AsyncAPI 3.0: the events, and who receives them under which filter.',
  answers: [
    {
      status: 200,
      description: 'The document.',
      schema: z.looseObject({ asyncapi: z.string(), channels: z.looseObject({}) }),
      example: {
        asyncapi: '3.0.0',
        info: { title: `${application.title} events`, version: '0.2.0' },
        channels: {},
      },
      headers: ['etag', 'cacheControl'],
    },
    {
      status: 304,
      description: 'It is still the one that If-None-Match names.',
      headers: ['etag', 'cacheControl'],
    },
  ],
};
