import type { ResolveVariable } from '#resources/variables.ts';

/**
 * Variables of the Serverless Framework with these values; as there, `<variable>, <literal>` is the literal where the variable has no
 * value, and without a literal the promise rejects.
 */
export function variables(values: Readonly<Record<string, unknown>>): ResolveVariable {
  return async (text) => {
    const [, variable = text, literal] = /^(.*), (null|'.*')$/.exec(text) ?? [];
    if (variable in values) return values[variable];
    if (literal === undefined) throw new Error(`Value not found at "${variable}"`);
    return literal === 'null' ? null : literal.slice(1, -1);
  };
}
