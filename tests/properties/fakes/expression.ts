/** The names and values that an expression refers to. */
export interface Placeholders {
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
}

export type Item = Record<string, unknown>;
type Predicate = (item: Item, placeholders: Placeholders) => boolean;

const known = new Map<string, Predicate>();

/**
 * Whether an item satisfies a condition, key condition or filter: comparisons, BETWEEN, begins_with,
 * attribute_exists, attribute_not_exists, AND, OR, NOT and brackets. Throws for what it does not know, rather than guess.
 */
export function satisfies(expression: string, item: Item, placeholders: Placeholders): boolean {
  let predicate = known.get(expression);
  if (!predicate) {
    predicate = parse(expression);
    known.set(expression, predicate);
  }
  return predicate(item, placeholders);
}

function parse(expression: string): Predicate {
  const tokens = expression.match(/[#:]?\w+|<=|>=|<>|[=<>(),]/g) ?? [];
  let at = 0;
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`unfinished expression: ${expression}`);
    return token;
  };
  const expect = (wanted: string) => {
    const token = take();
    if (token !== wanted) throw new Error(`${wanted} expected, not ${token}, in: ${expression}`);
  };

  function anyOf(): Predicate {
    const left = allOf();
    if (tokens[at] !== 'OR') return left;
    take();
    const right = anyOf();
    return (item, all) => left(item, all) || right(item, all);
  }

  function allOf(): Predicate {
    const left = single();
    if (tokens[at] !== 'AND') return left;
    take();
    const right = allOf();
    return (item, all) => left(item, all) && right(item, all);
  }

  function single(): Predicate {
    const token = take();
    if (token === 'NOT') {
      const inner = single();
      return (item, all) => !inner(item, all);
    }
    if (token === '(') {
      const inner = anyOf();
      expect(')');
      return inner;
    }
    if (token === 'attribute_exists' || token === 'attribute_not_exists') {
      expect('(');
      const name = take();
      expect(')');
      const wanted = token === 'attribute_exists';
      return (item, all) => (operand(name, item, all) !== undefined) === wanted;
    }
    if (token === 'begins_with') {
      expect('(');
      const name = take();
      expect(',');
      const prefix = take();
      expect(')');
      return (item, all) => {
        const value = operand(name, item, all);
        return typeof value === 'string' && value.startsWith(String(operand(prefix, item, all)));
      };
    }
    const operator = take();
    if (operator === 'BETWEEN') {
      const low = take();
      expect('AND');
      const high = take();
      return (item, all) =>
        compare('>=', operand(token, item, all), operand(low, item, all)) &&
        compare('<=', operand(token, item, all), operand(high, item, all));
    }
    const right = take();
    return (item, all) => compare(operator, operand(token, item, all), operand(right, item, all));
  }

  const predicate = anyOf();
  if (at < tokens.length) throw new Error(`the fakes cannot read: ${expression}`);
  return predicate;
}

function operand(token: string, item: Item, { names, values }: Placeholders): unknown {
  if (token.startsWith(':')) {
    if (!(token in values)) throw new Error(`no value for ${token}`);
    return values[token];
  }
  return item[nameOf(token, names)];
}

function nameOf(token: string, names: Placeholders['names']): string {
  const name = token.startsWith('#') ? names[token] : token;
  if (name === undefined) throw new Error(`no name for ${token}`);
  return name;
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  // DynamoDB: a missing attribute, or another type, satisfies no comparison.
  if (typeof left !== typeof right || left === undefined) return false;
  const [a, b] = [left as number, right as number];
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      throw new Error(`the fakes does not know the operator ${operator}`);
  }
}

/** The item after an update: `SET a = :x, …` or `ADD a :x, …` (numbers). */
export function updated(expression: string, item: Item, { names, values }: Placeholders): Item {
  const [, verb, list = ''] = /^(SET|ADD) (.+)$/.exec(expression) ?? [];
  const next = { ...item };
  for (const clause of list.split(', ')) {
    const parts = /^([#\w]+)(?: = | )(:\w+)$/.exec(clause);
    const [, token = '', value = ''] = parts ?? [];
    if (!verb || !parts || !(value in values)) throw new Error(`the fakes cannot read: ${expression}`);
    const name = nameOf(token, names);
    next[name] = verb === 'SET' ? values[value] : Number(item[name] ?? 0) + Number(values[value]);
  }
  return next;
}
