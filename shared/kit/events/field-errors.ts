import type * as z from 'zod';

/** One thing wrong with an input; `path` as in `items[0].name`, empty for the whole. */
export interface Problem {
  path: string;
  message: string;
}

export const problemsOf = (error: z.ZodError): Problem[] =>
  error.issues.map(({ path, message }) => ({ path: dottedPath(path), message }));

/** Every field of `given` that its parsed counterpart `known` has dropped. */
export function unknownFields(
  given: unknown,
  known: unknown,
  path: readonly (string | number)[] = [],
): Problem[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const here = [...path, Array.isArray(given) ? Number(key) : key];
    return Object.hasOwn(known as object, key)
      ? unknownFields(value, (known as Record<string, unknown>)[key], here)
      : [{ path: dottedPath(here), message: 'is not a field of this event' }];
  });
}

// A dead letter carries the text as an attribute, so it stays short however much is wrong.
const SHOWN = 5;

export function describeProblems(problems: readonly Problem[]): string {
  const shown = problems.slice(0, SHOWN).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const hidden = problems.length - shown.length;
  return shown.join('; ') + (hidden > 0 ? `; and ${hidden} more` : '');
}

/** `['items', 0, 'name']` → `items[0].name`. */
export const dottedPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
