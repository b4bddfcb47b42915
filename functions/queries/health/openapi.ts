import * as z from 'zod';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Service',
  summary: 'Ask whether the API is there',
  description: 'It is reachable and its code loads. Asks no other service.',
  answers: [
    {
      status: 200,
      description: 'It is.',
      schema: z.object({ status: z.literal('ok') }),
      example: { status: 'ok' },
    },
  ],
};
