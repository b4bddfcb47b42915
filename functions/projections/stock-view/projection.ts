import type { DomainEventFrom } from '../../../shared/domain/events.ts';
import { type StockView, stockView } from '../../../shared/domain/inventory/view.ts';
import { stockKey } from '../../../shared/read-model/keys.ts';
import type { Projection } from '../../../shared/read-model/projection.ts';
import type { VersionedView } from '../../../shared/read-model/versioned-view.ts';

/** Found by SKU. */
export const stock: VersionedView<StockView, DomainEventFrom<'inventory'>> = {
  key: stockKey,
  apply: stockView,
};

export const stockProjection: Projection = { name: 'stock-view', views: { inventory: stock } };
