import { parseSync } from '@swc/core';

/** A small defect: another text in one place of a file. */
export interface Mutant {
  /** Relative to the project. */
  file: string;
  /** 1 is the first. */
  line: number;
  kind: MutantKind;
  /** Bytes of the file's UTF-8 text. */
  start: number;
  end: number;
  replacement: string;
}

export type MutantKind =
  | 'boundary'
  | 'equality'
  | 'arithmetic'
  | 'logic'
  | 'negated condition'
  | 'loop ends'
  | 'boolean'
  | 'await removed'
  | 'statement removed'
  | 'consistent read dropped'
  | 'step of a chain dropped'
  | 'text emptied'
  | 'list emptied';

interface Node {
  type: string;
  span: { start: number; end: number };
  [field: string]: unknown;
}

type Found = Pick<Mutant, 'kind' | 'replacement'> & { span: Node['span'] };

const OPERATORS: Readonly<Record<string, [kind: MutantKind, other: string]>> = {
  '<': ['boundary', '<='],
  '<=': ['boundary', '<'],
  '>': ['boundary', '>='],
  '>=': ['boundary', '>'],
  '===': ['equality', '!=='],
  '!==': ['equality', '==='],
  '+': ['arithmetic', '-'],
  '-': ['arithmetic', '+'],
  '*': ['arithmetic', '/'],
  '/': ['arithmetic', '*'],
  '%': ['arithmetic', '*'],
  '&&': ['logic', '||'],
  '||': ['logic', '&&'],
};

/** Methods whose result has the type of what they are called on. */
const STEPS = new Set(['filter', 'sort', 'toSorted', 'slice', 'reverse', 'trim']);

/**
 * All mutants of a TypeScript file. Types, imports, keys of objects, sentences, what is thrown and log lines have none. No mutant is checked by the compiler: what does not run counts as found.
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  // swc counts on from the file that it parsed before, and from the first token: that is this semicolon.
  const source = Buffer.from(`;${text}`);
  const module = parseSync(source.toString(), { syntax: 'typescript', target: 'es2024' });
  const origin = module.span.start + 1;
  const found: Found[] = [];
  const textOf = ({ span }: Node) =>
    source.subarray(span.start - origin + 1, span.end - origin + 1).toString('utf8');
  visit(module, (node) => found.push(...mutationsAt(node, textOf)));
  return found
    .map(({ span, kind, replacement }) => {
      const start = span.start - origin;
      const line = source
        .subarray(1, start + 1)
        .toString('utf8')
        .split('\n').length;
      return { file, line, kind, start, end: span.end - origin, replacement };
    })
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** The file's text with the mutant in it. */
export function mutated(text: string, { start, end, replacement }: Mutant): string {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]).toString();
}

function visit(value: unknown, at: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) visit(one, at);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  if (typeof node.type === 'string') {
    if (isOut(node)) return;
    if (node.type.startsWith('Ts')) {
      visit(node.expression, at);
      return;
    }
    if (node.span || node.type === 'KeyValueProperty') at(node);
  }
  for (const [field, child] of Object.entries(node)) {
    if (field === 'key' && node.type === 'KeyValueProperty') continue;
    if (field !== 'span') visit(child, at);
  }
}

/** What holds no mutants, nor do its parts. */
function isOut(node: Node): boolean {
  if (node.type === 'ThrowStatement' || node.type === 'Super') return true;
  if (/^(Import|ExportAll|ExportNamed)/.test(node.type)) return true;
  return node.type === 'ExpressionStatement' && /^(await )?\S*\blogger\./.test(calleeOf(node));
}

function mutationsAt(node: Node, textOf: (node: Node) => string): Found[] {
  const { span } = node;
  const child = (field: string) => node[field] as Node;
  const one = (kind: MutantKind, replacement: string, at = span): Found[] => [
    { kind, replacement, span: at },
  ];
  switch (node.type) {
    case 'BinaryExpression':
      return ofBinary(node, textOf);
    case 'UnaryExpression':
      return node.operator === '!' ? one('negated condition', `(${textOf(child('argument'))})`) : [];
    case 'IfStatement':
    case 'ConditionalExpression':
      return isNegatedElsewhere(child('test'))
        ? []
        : one('negated condition', `!(${textOf(child('test'))})`, child('test').span);
    case 'WhileStatement':
    case 'DoWhileStatement':
      return one('loop ends', 'false', child('test').span);
    case 'BooleanLiteral':
      return one('boolean', node.value ? 'false' : 'true');
    case 'AwaitExpression':
      return one('await removed', `(${textOf(child('argument'))})`);
    case 'ExpressionStatement':
      return calleeOf(node) === '' ? [] : one('statement removed', ';');
    case 'KeyValueProperty': {
      // It has no span of its own.
      const whole = { start: child('key').span.start, end: child('value').span.end };
      return child('key').value === 'ConsistentRead' ? one('consistent read dropped', '...{}', whole) : [];
    }
    case 'CallExpression':
      return ofStep(node, textOf);
    case 'StringLiteral':
      return isSentence(node) ? [] : one('text emptied', node.value === '' ? "'mutant'" : "''");
    case 'TemplateLiteral':
      return one('text emptied', '``');
    case 'ArrayExpression':
      return (node.elements as unknown[]).length > 0 ? one('list emptied', '[]') : [];
    default:
      return [];
  }
}

function ofBinary(node: Node, textOf: (node: Node) => string): Found[] {
  const { operator, span } = node;
  const [left, right] = [node.left as Node, node.right as Node];
  if (operator === '??') return [{ kind: 'logic', replacement: `(${textOf(left)})`, span }];
  const other = OPERATORS[String(operator)];
  if (!other) return [];
  const isText = [left, right].some(({ type }) => type === 'StringLiteral' || type === 'TemplateLiteral');
  if (other[0] === 'arithmetic' && isText) return [];
  const replacement = `((${textOf(left)}) ${other[1]} (${textOf(right)}))`;
  return [{ kind: other[0], replacement, span }];
}

/** The condition's own operator has the same mutant. */
const isNegatedElsewhere = ({ operator }: Node): boolean =>
  operator === '!' || operator === '===' || operator === '!==';

/** For people: no test should repeat it. */
const isSentence = ({ value }: Node): boolean => /\s.*\.$/s.test(String(value));

function ofStep({ callee, span }: Node, textOf: (node: Node) => string): Found[] {
  const { type, object, property } = callee as Node & { object: Node; property: Node };
  const isStep = type === 'MemberExpression' && STEPS.has(String(property.value));
  return isStep ? [{ kind: 'step of a chain dropped', replacement: textOf(object), span }] : [];
}

/** Of a statement that is a call, awaited or not, the name that is called: `runtime.logger.warn`. */
function calleeOf({ expression }: Node): string {
  const { type, argument } = expression as Node & { argument?: Node };
  const call = type === 'AwaitExpression' || type === 'UnaryExpression' ? argument : (expression as Node);
  return call?.type === 'CallExpression' ? nameOf(call.callee as Node) : '';
}

function nameOf(node: Node): string {
  switch (node.type) {
    case 'Identifier':
    case 'PrivateName':
      return String(node.value ?? (node.id as Node | undefined)?.value);
    case 'MemberExpression':
      return `${nameOf(node.object as Node)}.${nameOf(node.property as Node)}`;
    case 'ThisExpression':
      return 'this';
    default:
      return node.type;
  }
}
