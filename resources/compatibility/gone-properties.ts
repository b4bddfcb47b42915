import { alternativesOf, type Located, propertiesOf, resolveSchema, type Schema } from './json-schema.ts';
import { isAlike, memberName, sharedName } from './members.ts';

/** The paths of properties that a schema had and has no longer, named as `unreadable` names them: `items[].name`. */
export function goneProperties(before: Located, after: Located): string[] {
  return [...new Set(walk(before, after, '', []))];
}

function walk(before: Located, after: Located, path: string, above: readonly unknown[]): string[] {
  if (above.includes(before.schema)) return [];
  const inside = [...above, before.schema];
  const [old, today] = [before, after].map((one) => alternativesOf(resolveSchema(one), one.document));
  return (old ?? []).flatMap((schema) => {
    const next =
      today?.find((candidate) => isAlike(candidate, schema)) ?? (today?.length === 1 ? today[0] : undefined);
    if (!next) return [];
    const known = propertiesOf(next);
    const name = sharedName(before.schema, after.schema);
    const place = `${name === undefined ? path : `#${name}`}${memberName(today ?? [], schema)}`;
    const deeper = (was: unknown, is: unknown, at: string) =>
      walk(
        { schema: was as Schema, document: before.document },
        { schema: is as Schema, document: after.document },
        at,
        inside,
      );
    const gone = Object.entries(propertiesOf(schema)).flatMap(([name, property]) => {
      const at = place === '' ? name : `${place}.${name}`;
      return name in known ? deeper(property, known[name], at) : [at];
    });
    if (schema.items === undefined || next.items === undefined) return gone;
    return [...gone, ...deeper(schema.items, next.items, `${place}[]`)];
  });
}
