import type { OperationContract } from '#api/operation.ts';
import { exampleProduct, product } from '#api/product-dto.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Products',
  summary: 'Get a product',
  description: 'Listed or withdrawn, as far as the view has got.',
  answers: [
    {
      status: 200,
      description: 'The product.',
      schema: product,
      example: exampleProduct,
      headers: ['etag'],
    },
  ],
  problems: [notFound('There is no such product.')],
};
