import { quantitiesBySku } from './order/quantities.ts';

/** What counts as suspicious depends on the deployment. */
export interface RiskSettings {
  /** In minor units of the order's currency. */
  highValueThreshold: number;
  /** ISO 3166-1 alpha-2. */
  homeCountry: string;
}

export interface RiskReason {
  /** Stable: reviewers filter by it. */
  rule: 'high_value' | 'foreign_country' | 'bulk_quantity' | 'several_of_high_price' | 'many_products';
  points: number;
}

export interface Risk {
  /** 0–100: the sum of the reasons' points, 100 at most. */
  score: number;
  level: 'low' | 'medium' | 'high';
  reasons: RiskReason[];
}

/** What the score goes by. Money in minor units. */
export interface RatedOrder {
  items: readonly { sku: string; quantity: number; unitPrice: number }[];
  total: number;
  shippingAddress: { country: string };
}

type Rule = (order: RatedOrder, settings: RiskSettings) => number;

/** [at least, points], the highest first: the first that is reached counts. */
type Bands = readonly (readonly [atLeast: number, points: number])[];

/** Multiples of the threshold. */
const VALUE_BANDS: Bands = [
  [10, 50],
  [5, 40],
  [2, 30],
  [1, 20],
];
/** Pieces of one SKU. */
const BULK_BANDS: Bands = [
  [50, 30],
  [10, 15],
];
/** Pieces of items that cost half the threshold or more: what is easily sold on. */
const PRICEY_BANDS: Bands = [
  [5, 25],
  [2, 10],
];
/** Different SKUs. */
const PRODUCT_BANDS: Bands = [[20, 10]];

const rules: Record<RiskReason['rule'], Rule> = {
  high_value: ({ total }, { highValueThreshold }) => band(VALUE_BANDS, total / highValueThreshold),
  foreign_country: ({ shippingAddress }, { homeCountry }) =>
    shippingAddress.country === homeCountry ? 0 : 20,
  bulk_quantity: ({ items }) =>
    band(BULK_BANDS, Math.max(...quantitiesBySku(items).map(({ quantity }) => quantity))),
  several_of_high_price: ({ items }, { highValueThreshold }) => {
    const pricey = items.filter(({ unitPrice }) => unitPrice >= highValueThreshold / 2);
    return band(
      PRICEY_BANDS,
      pricey.reduce((sum, { quantity }) => sum + quantity, 0),
    );
  },
  many_products: ({ items }) => band(PRODUCT_BANDS, quantitiesBySku(items).length),
};

/** How closely an order deserves to be looked at, and why. */
export function riskScore(order: RatedOrder, settings: RiskSettings): Risk {
  const reasons = (Object.keys(rules) as RiskReason['rule'][])
    .map((rule) => ({ rule, points: rules[rule](order, settings) }))
    .filter(({ points }) => points > 0);
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  const score = Math.min(100, sum);
  return { score, level: levelOf(score), reasons };
}

const levelOf = (score: number): Risk['level'] => (score >= 70 ? 'high' : score >= 40 ? 'medium' : 'low');

const band = (bands: Bands, value: number): number => bands.find(([atLeast]) => value >= atLeast)?.[1] ?? 0;
