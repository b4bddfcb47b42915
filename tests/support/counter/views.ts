import type { ItemKey } from '#kit/projections/keys.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { readModelTable } from '#tests/support/tables.ts';
import { type CounterView, counterView, type StoredCounterEvent } from './counter.ts';
import { type KeeperView, keeperView, type StoredKeeperEvent } from './keeper.ts';

export const counterKey = (counterId: string): ItemKey => ({ pk: `COUNTER#${counterId}`, sk: 'VIEW' });

export const keeperKey = (keeperId: string): ItemKey => ({ pk: `KEEPER#${keeperId}`, sk: 'VIEW' });

/** Found by id, and by keeper in the order of time. */
export const counters: VersionedView<CounterView, StoredCounterEvent> = {
  key: counterKey,
  apply: counterView,
  indexKeys: ({ keeperId, startedAt, counterId }) => ({
    keeperPk: `KEEPER#${keeperId}`,
    keeperSk: `${startedAt}#${counterId}`,
  }),
};

export const keepers: VersionedView<KeeperView, StoredKeeperEvent> = { key: keeperKey, apply: keeperView };

export const counterProjection: Projection = {
  name: 'counter-view',
  views: { counter: counters, keeper: keepers },
};

export const COUNTER_READ_MODEL = readModelTable({ 'keeper-counters': ['keeperPk', 'keeperSk'] });
