import type { DomainEventFrom } from '#domain/index.ts';
import { type StockView, stockView } from '#domain/inventory/view.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { stockKey } from './keys.ts';

/** Found by SKU. */
export const stock: VersionedView<StockView, DomainEventFrom<'inventory'>> = {
  key: stockKey,
  apply: stockView,
};

export const stockProjection: Projection = { name: 'stock-view', views: { inventory: stock } };
