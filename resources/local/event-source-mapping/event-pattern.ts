/**
 * Event patterns as Lambda takes them in FilterCriteria: an object of the event's shape whose leaves are lists of
 * what is allowed there. Rules: "Filter rule syntax" in the Lambda guide; equal, null, "", prefix, suffix,
 * anything-but, numeric, exists, equals-ignore-case, and `$or` among fields.
 */
export type Matches = (event: unknown) => boolean;

type Leaf = string | number | boolean | null;

/**
 * @param pattern the pattern as JSON text
 * @throws Error for what AWS would reject: no JSON, a leaf that is no list, an operator it does not know
 */
export function compilePattern(pattern: string): Matches {
  let parsed: unknown;
  try {
    parsed = JSON.parse(pattern);
  } catch {
    throw new Error(`A filter pattern is not JSON: ${pattern}`);
  }
  return compileFields(parsed, '');
}

function compileFields(pattern: unknown, path: string): Matches {
  if (!isObject(pattern)) throw new Error(`A filter pattern needs a list or an object at "${path}"`);
  const fields = Object.entries(pattern).map(([name, expected]) =>
    name === '$or' ? compileOr(expected, path) : compileField(name, expected, `${path}/${name}`),
  );
  return (event) => fields.every((matches) => matches(event));
}

function compileOr(alternatives: unknown, path: string): Matches {
  if (!Array.isArray(alternatives)) throw new Error(`A filter pattern needs a list at "${path}/$or"`);
  const compiled = alternatives.map((alternative) => compileFields(alternative, path));
  return (event) => compiled.some((matches) => matches(event));
}

function compileField(name: string, expected: unknown, path: string): Matches {
  if (!Array.isArray(expected)) {
    const inner = compileFields(expected, path);
    return (event) => asList(property(event, name)).some((value) => inner(value));
  }
  const rules = expected.map((rule) => compileRule(rule, path));
  return (event) => rules.some((matches) => matches(property(event, name)));
}

function compileRule(rule: unknown, path: string): Matches {
  if (!isObject(rule)) return onAnyLeaf((leaf) => leaf === rule);
  const [operator, argument] = Object.entries(rule)[0] ?? [];
  switch (operator) {
    case 'exists':
      return (value) => asList(value).some(isLeaf) === argument;
    case 'prefix':
      return onAnyLeaf((leaf) => typeof leaf === 'string' && leaf.startsWith(String(argument)));
    case 'suffix':
      return onAnyLeaf((leaf) => typeof leaf === 'string' && leaf.endsWith(String(argument)));
    case 'equals-ignore-case':
      return onAnyLeaf(
        (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === String(argument).toLowerCase(),
      );
    case 'anything-but': {
      const excluded = asList(argument).map((one) => compileRule(one, path));
      return onAnyLeaf((leaf) => !excluded.some((matches) => matches(leaf)));
    }
    case 'numeric': {
      const range = compileNumeric(argument, path);
      return onAnyLeaf((leaf) => typeof leaf === 'number' && range(leaf));
    }
    default:
      throw new Error(
        `A filter pattern has an operator "${operator}" at "${path}" that Lambda does not know`,
      );
  }
}

const comparisons: Record<string, (left: number, right: number) => boolean> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function compileNumeric(argument: unknown, path: string): (value: number) => boolean {
  const parts = asList(argument);
  const pairs: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[String(parts[index])];
    const bound = parts[index + 1];
    if (!compare || typeof bound !== 'number')
      throw new Error(`A filter pattern has a bad range at "${path}"`);
    pairs.push((value) => compare(value, bound));
  }
  return (value) => pairs.every((holds) => holds(value));
}

/** A list in the event matches when one of its elements does. */
function onAnyLeaf(matches: (leaf: Leaf) => boolean): Matches {
  return (value) => asList(value).some((one) => isLeaf(one) && matches(one));
}

function property(event: unknown, name: string): unknown {
  return isObject(event) ? event[name] : undefined;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
