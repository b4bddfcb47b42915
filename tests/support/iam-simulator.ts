/** A call as IAM sees it. */
export interface Request {
  /** `dynamodb:CreateTable` */
  action: string;
  /** An ARN, or `*` where the action has no resource level. */
  resource: string;
  /** Condition keys and their values; a list where the key has several. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * Whether these statements allow a request: at least one allows it and none denies it ("Policy evaluation logic" in the IAM guide).
 * Throws an Error for an operator of a condition that is not known here.
 */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const matching = statements.filter((statement) => matches(statement, request));
  return (
    matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny')
  );
}

function matches(
  { Action, Resource, Condition = {} }: Statement,
  { action, resource, context }: Request,
): boolean {
  return (
    // Actions have no case.
    listOf(Action).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    listOf(Resource).some((pattern) => isLike(resource, pattern)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => holds(operator, listOf(expected), context[key])),
    )
  );
}

function holds(
  operator: string,
  expected: readonly string[],
  value: string | readonly string[] | undefined,
): boolean {
  const values = value === undefined ? [] : listOf(value);
  switch (operator) {
    case 'Null':
      return expected.includes(String(value === undefined));
    case 'StringEquals':
    case 'ForAnyValue:StringEquals':
      return values.some((one) => expected.includes(one));
    case 'StringEqualsIfExists':
      return value === undefined || values.some((one) => expected.includes(one));
    // Holds for a key that is not there as well.
    case 'StringNotEquals':
      return !values.some((one) => expected.includes(one));
    case 'StringLike':
    case 'ArnLike':
      return values.some((one) => expected.some((pattern) => isLike(one, pattern)));
    default:
      throw new Error(`What does ${operator} mean in a policy?`);
  }
}

const listOf = <Value>(value: Value | readonly Value[]): readonly Value[] => [value].flat() as Value[];

const compiled = new Map<string, RegExp>();

/** `*` is any text, `?` one character. */
function isLike(text: string, pattern: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
    expression = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}
