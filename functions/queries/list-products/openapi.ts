import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleProduct, product } from '#api/product-dto.ts';

export const contract: OperationContract = {
  tag: 'Products',
  summary: 'List products',
  description: 'In the order of their SKUs.',
  parameters: { status: { description: 'Only products of this status', example: 'listed' } },
  answers: [
    {
      status: 200,
      description: 'A page of products.',
      schema: z.object({ products: z.array(product), ...fields.page }),
      example: { products: [exampleProduct], cursor: fields.exampleCursor },
    },
  ],
};
