/** The version of an aggregate as HTTP has it: what a client sends back as If-Match. */
export const etagOf = (version: number): string => `"${version}"`;

/** The tags that a header lists, in quotes and with `W/` as they stand there; `*` for any (RFC 9110, 13.1). */
export const entityTags = (header: string): string[] | '*' =>
  header.trim() === '*' ? '*' : (header.match(/(?:W\/)?"[^"]*"/g) ?? []);

/** Whether If-None-Match names this tag, weakly compared: a client that has the document needs it no more. */
export function namesTag(header: string | undefined, tag: string): boolean {
  const tags = header === undefined ? [] : entityTags(header);
  const opaque = (one: string) => one.replace(/^W\//, '');
  return tags === '*' || tags.some((one) => opaque(one) === opaque(tag));
}
