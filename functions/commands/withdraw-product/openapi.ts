import type { OperationContract } from '#api/operation.ts';
import { productChanged } from '#api/product-dto.ts';

export const contract: OperationContract = {
  tag: 'Products',
  summary: 'Withdraw a product',
  description:
    'Orders that have it keep it; no further order takes it. One that is withdrawn already stays as it is.',
  requests: { withdrawal: {} },
  answers: [
    {
      status: 200,
      description: 'Withdrawn.',
      schema: productChanged,
      example: { sku: 'LAPTOP-14', version: 3, status: 'withdrawn' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['product_not_found'],
};
