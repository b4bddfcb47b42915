import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { customsDeclaration, exampleCustomsDeclaration } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'List customs declarations',
  description:
    'One for each order that leaves the home country. `status=open` is what waits for a decision, oldest first; any other list is newest first.',
  parameters: { status: { description: 'Only those of this status', example: 'open' } },
  answers: [
    {
      status: 200,
      description: 'A page of declarations.',
      schema: z.object({ customsDeclarations: z.array(customsDeclaration), ...fields.page }),
      example: { customsDeclarations: [exampleCustomsDeclaration] },
    },
  ],
};
