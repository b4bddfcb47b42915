import type { DomainEventFrom } from '#domain/index.ts';
import { type StockView, stockView } from '#domain/inventory/view.ts';
import type { Projection } from '#kit/projections/projection.ts';
import type { VersionedView } from '#kit/projections/versioned-view.ts';
import { stockKey } from '#read-model/keys.ts';

/** Found by SKU. */
export const stock: VersionedView<StockView, DomainEventFrom<'inventory'>> = {
  key: stockKey,
  apply: stockView,
};

export const stockProjection: Projection = { name: 'stock-view', views: { inventory: stock } };
