import type { Projection } from '#kit/projections/projection.ts';
import { catalogueProjection } from './catalogue-view.ts';
import { orderProjection } from './order-view.ts';
import { reviewProjection } from './reviews.ts';
import { stockProjection } from './stock-view.ts';

/** Every projection of which application.ts has the name. Apart from it, so that functions that keep no view do not carry how it is made. */
export const projections: readonly Projection[] = [
  orderProjection,
  catalogueProjection,
  stockProjection,
  reviewProjection,
];
