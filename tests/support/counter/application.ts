import * as z from 'zod';
import type { Application } from '#kit/config/application.ts';
import { createRegistry } from '#kit/events/registry.ts';
import {
  counterAggregate,
  counterClosed,
  counterIncreased,
  counterStarted,
  counterWoundUp,
} from './counter.ts';
import { keeperAggregate, keeperAssigned, keeperRegistered } from './keeper.ts';
import { counterProjection } from './views.ts';

export const counterDefinitions = {
  CounterStarted: counterStarted,
  CounterIncreased: counterIncreased,
  CounterClosed: counterClosed,
  CounterWoundUp: counterWoundUp,
  KeeperRegistered: keeperRegistered,
  KeeperAssigned: keeperAssigned,
} as const;

export const counterRegistry = createRegistry(counterDefinitions, [counterAggregate, keeperAggregate]);

const settings = z.object({ UNIT: z.enum(['people', 'pieces']) }).partial();

/** A domain as small as the tests of the kit need it: they stay when the shop is replaced by another domain. */
export const counterApplication = {
  name: 'counters',
  title: 'Counters',
  metricNamespace: 'Counters',
  resourceServer: 'counters',
  scopes: ['counters:manage'],
  idNamespace: '6f1c1c1e-6a0e-4f43-9a5b-2f4f0f1f7c11',
  registry: counterRegistry,
  projections: [counterProjection.name],
  personalAggregates: ['keeper'],
  settings,
} as const satisfies Application<z.infer<typeof settings>>;
