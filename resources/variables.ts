import type { z } from 'zod';

/** Asks Serverless for a variable, named as in YAML: `self:service`, `param:alarms`. Rejects where there is none. */
export type ResolveVariable = (variable: string) => Promise<unknown>;

/** No stack can be made from this configuration. The message names the file or variable, and the field. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
}

/** The value as its schema types it. Throws InvalidConfiguration, one line per finding: `<source>: <field>: <finding>`. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const findings = error.issues.map(({ path, message }) => {
    return [source, path.join('.'), message].filter((part) => part !== '').join(': ');
  });
  throw new InvalidConfiguration(findings.join('\n'));
}

type Wanted = Record<string, readonly [variable: string, schema: z.ZodType]>;

/** Reads variables under names of our own, each checked. Throws InvalidConfiguration, which names the variable. */
export async function readVariables<W extends Wanted>(
  resolveVariable: ResolveVariable,
  wanted: W,
): Promise<{ [Name in keyof W]: z.output<W[Name][1]> }> {
  const entries = await Promise.all(
    Object.entries(wanted).map(async ([name, [variable, schema]]) => {
      return [name, check(schema, await resolveVariable(variable), variable)] as const;
    }),
  );
  return Object.fromEntries(entries) as { [Name in keyof W]: z.output<W[Name][1]> };
}
