import type { OperationContract } from '#api/operation.ts';
import { productChanged } from '#api/product-dto.ts';

export const contract: OperationContract = {
  tag: 'Products',
  summary: 'List a product',
  description:
    'Lists it, changes it, or brings it back after its withdrawal; the same again changes nothing. In the currency of the deployment; `price` has no more decimals than that currency. Orders that were placed keep their price. `tracked` (true): its stock is counted. `backorder` (false): without stock an order of it waits instead of being cancelled.',
  requests: {
    product: { name: 'Laptop 14"', price: 1299 },
    service: { name: 'Gift wrapping', price: 4.5, tracked: false },
  },
  answers: [
    {
      status: 200,
      description: 'Listed.',
      schema: productChanged,
      example: { sku: 'LAPTOP-14', version: 1, status: 'listed' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
};
