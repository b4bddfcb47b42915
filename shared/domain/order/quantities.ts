export interface SkuQuantity {
  sku: string;
  quantity: number;
}

/** One entry a SKU, in order of first appearance: an order may list a SKU on several lines. */
export function quantitiesBySku(items: readonly SkuQuantity[]): SkuQuantity[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return Array.from(quantities, ([sku, quantity]) => ({ sku, quantity }));
}
