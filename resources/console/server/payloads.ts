import type { Payloads } from '../protocol.ts';

/**
 * What of a payload the page is given. Masked, its shape stays: names, numbers, booleans, times and ids that machines have made;
 * any other text becomes as many dots, since it may be a person's.
 */
export function shownPayload(value: unknown, payloads: Payloads): unknown {
  if (payloads === 'full') return value;
  if (payloads === 'none') return undefined;
  return masked(value);
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return isOfMachines(value) ? value : '•'.repeat(Math.min(12, value.length));
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one)]));
  }
  return value;
}

/** A UUID, a time, or a short word in capitals or of an enumeration, as `USD` and `out_of_stock`. */
const isOfMachines = (text: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ||
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ||
  /^[A-Z]{2,3}$/.test(text) ||
  /^[a-z]+(_[a-z]+)+$/.test(text);

/** A dead letter's body, which may hold anything: masked where it is JSON, left out where it is not. */
export function shownBody(body: string, payloads: Payloads): string | undefined {
  if (payloads === 'full') return body;
  if (payloads === 'none') return undefined;
  try {
    const { data, ...envelope } = JSON.parse(body) as { data?: unknown };
    return JSON.stringify({ ...envelope, data: masked(data) });
  } catch {
    return undefined;
  }
}
