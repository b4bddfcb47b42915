/** Of a page's items as JSON. Lambda answers with 6 MB at the most (Lambda quotas), headers and escapes included. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** As many items, from the first on, as an answer can hold; at least one, or a list could not go on. */
export function fitting<Item>(items: readonly Item[]): Item[] {
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return index > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}
