/**
 * Bytes of an item as DynamoDB bills it ("DynamoDB item sizes and formats", developer guide): names and strings in UTF-8, numbers by their
 * digits, 3 bytes for a list or a map and 1 for each of its elements.
 */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberBytes(String(value));
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) {
    return 3 + value.reduce((sum: number, element) => sum + 1 + valueBytes(element), 0);
  }
  const elements = Object.entries(value as object).filter(([, element]) => element !== undefined);
  return elements.reduce(
    (sum, [name, element]) => sum + 1 + Buffer.byteLength(name) + valueBytes(element),
    3,
  );
}

/** A byte for two significant digits, and one more; another one for a sign. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/e.*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** Write units of an item: one for each KB. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

/** Read units of so many bytes: one for each 4 KB, half as many where the read may be eventually consistent. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
