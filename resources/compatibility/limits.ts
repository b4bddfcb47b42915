import { type JsonObject, requiredOf } from './json-schema.ts';

/** Why a reader of this type does not take the writer's; undefined = it does. */
export function typeUnreadable(reader: JsonObject, writer: JsonObject): string | undefined {
  if (reader.type === undefined || reader.type === writer.type) return undefined;
  if (reader.type === 'number' && writer.type === 'integer') return undefined;
  return `takes ${a(reader.type)}, but ${writer.type === undefined ? 'anything' : a(writer.type)} may come`;
}

const a = (type: unknown): string => `${/^[aio]/.test(String(type)) ? 'an' : 'a'} ${type}`;

/** Bounds, pattern and format: what a reader asks for and a writer does not promise. */
export function limitsUnreadable(reader: JsonObject, writer: JsonObject): string[] {
  const found: string[] = [];
  const lowest = [lowestOf(reader), lowestOf(writer)] as const;
  const highest = [highestOf(reader), highestOf(writer)] as const;
  if (isBelow(lowest[1], lowest[0])) found.push(`takes ${bound(lowest[0], 'more')}, but less may come`);
  if (isBelow(negative(highest[1]), negative(highest[0]))) {
    found.push(`takes ${bound(highest[0], 'less')}, but more may come`);
  }
  for (const what of ['Length', 'Items', 'Properties']) {
    const [least, most] = [numberOf(reader[`min${what}`]) ?? 0, numberOf(reader[`max${what}`])];
    const promised = what === 'Properties' ? requiredOf(writer).length : 0;
    const fewest = Math.max(promised, numberOf(writer[`min${what}`]) ?? 0);
    const largest = numberOf(writer[`max${what}`]);
    const unit = what === 'Length' ? 'characters' : what.toLowerCase();
    if (fewest < least) found.push(`takes ${least} ${unit} or more, but fewer may come`);
    if (most !== undefined && (largest === undefined || largest > most)) {
      found.push(`takes ${most} ${unit} or fewer, but more may come`);
    }
  }
  for (const keyword of ['pattern', 'format']) {
    if (reader[keyword] !== undefined && reader[keyword] !== writer[keyword]) {
      found.push(`takes the ${keyword} ${reader[keyword]}, but ${writer[keyword] ?? 'others'} may come`);
    }
  }
  const step = numberOf(reader.multipleOf);
  const steps = numberOf(writer.multipleOf);
  if (step !== undefined && (steps === undefined || !isMultiple(steps, step))) {
    found.push(`takes multiples of ${step}, but other numbers may come`);
  }
  if (reader.uniqueItems === true && writer.uniqueItems !== true)
    found.push('takes no item twice, but that may come');
  return found;
}

interface Bound {
  value: number;
  isExclusive: boolean;
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const isMultiple = (number: number, of: number): boolean =>
  Math.abs(number / of - Math.round(number / of)) < 1e-9;
const negative = (bound: Bound | undefined): Bound | undefined => bound && { ...bound, value: -bound.value };

const bound = (limit: Bound | undefined, way: 'more' | 'less'): string =>
  limit?.isExclusive ? `${way} than ${limit.value}` : `${limit?.value} or ${way}`;

function lowestOf(schema: JsonObject): Bound | undefined {
  return strictest(schema, numberOf(schema.minimum), numberOf(schema.exclusiveMinimum), 1);
}

function highestOf(schema: JsonObject): Bound | undefined {
  return strictest(schema, numberOf(schema.maximum), numberOf(schema.exclusiveMaximum), -1);
}

/** Of whole numbers, more than 0 is the same as 1 or more. */
function strictest(
  { type }: JsonObject,
  inclusive: number | undefined,
  exclusive: number | undefined,
  inwards: 1 | -1,
): Bound | undefined {
  const bounds: Bound[] = [];
  if (inclusive !== undefined) bounds.push({ value: inclusive, isExclusive: false });
  if (exclusive !== undefined) {
    const isWhole = type === 'integer';
    bounds.push(
      isWhole ? { value: exclusive + inwards, isExclusive: false } : { value: exclusive, isExclusive: true },
    );
  }
  return bounds.sort(
    (one, other) =>
      inwards * (other.value - one.value) || Number(other.isExclusive) - Number(one.isExclusive),
  )[0];
}

/** Whether something may lie below what a reader takes. */
function isBelow(writer: Bound | undefined, reader: Bound | undefined): boolean {
  if (!reader) return false;
  if (!writer) return true;
  if (writer.value !== reader.value) return writer.value < reader.value;
  return reader.isExclusive && !writer.isExclusive;
}
