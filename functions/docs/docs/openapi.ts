import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Service',
  summary: 'Read this document',
  description: 'Both documents as a page for people. On dev and local; other stages do not have it.',
  answers: [
    {
      status: 200,
      description: 'The page.',
      mediaType: 'text/html',
      headers: ['etag', 'cacheControl'],
    },
    {
      status: 304,
      description: 'It is still the one that If-None-Match names.',
      headers: ['etag', 'cacheControl'],
    },
  ],
};
