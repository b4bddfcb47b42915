import { toMajor } from '#domain/money.ts';

/** The names under which views hold money, in minor units of their `currency`. */
const MONEY = new Set(['total', 'unitPrice', 'value']);

/** The view with its money in decimals, at whatever depth; one without `currency` stays as it is. */
export function withMajorUnits(view: Record<string, unknown>): Record<string, unknown> {
  const { currency } = view;
  return typeof currency === 'string' ? (converted(view, currency) as Record<string, unknown>) : view;
}

function converted(value: unknown, currency: string): unknown {
  if (Array.isArray(value)) return value.map((one) => converted(one, currency));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      MONEY.has(name) && typeof inner === 'number' ? toMajor(inner, currency) : converted(inner, currency),
    ]),
  );
}
