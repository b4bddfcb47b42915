import type { DomainEventFrom } from '#domain/index.ts';
import { type ProductView, productView } from '#domain/product.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { productKey, productListingKeys } from './keys.ts';

/** Found by SKU; listed by status, in the order of SKUs. */
export const products: VersionedView<ProductView, DomainEventFrom<'product'>> = {
  key: productKey,
  apply: productView,
  indexKeys: productListingKeys,
};

export const catalogueProjection: Projection = { name: 'catalogue-view', views: { product: products } };
