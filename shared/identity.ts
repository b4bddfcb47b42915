import type { ApplicationIdentity } from '#kit/config/application.ts';

/** What names this application. Alone in its module, so that a function that reads no event loads nothing else of the shop. */
export const identity = {
  name: 'orderstream',
  title: 'Orderstream',
  metricNamespace: 'Orderstream',
  resourceServer: 'orderstream',
  personalAggregates: ['customer'],
} as const satisfies ApplicationIdentity;
