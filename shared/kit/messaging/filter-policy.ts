import { BlockList, isIP } from 'node:net';
import type { FilterAttributes } from '#kit/event-store/event-item.ts';

/** A filter policy of SNS on message attributes: attribute → values and conditions, one of which must hold. */
export type FilterPolicy = Readonly<Record<string, readonly unknown[]>>;

/**
 * Whether SNS lets a message with these attributes through ("Subscription filter policies", Amazon SNS developer guide; scope
 * MessageAttributes): every attribute of the policy must meet one of its conditions. Pure. Throws Error for a condition that SNS does not have.
 */
export const matchesFilter = (policy: FilterPolicy, attributes: FilterAttributes): boolean =>
  Object.entries(policy).every(([name, conditions]) =>
    conditions.some((condition) => meets(condition, attributes[name])),
  );

type Value = string | number | undefined;

function meets(condition: unknown, value: Value): boolean {
  if (typeof condition !== 'object' || condition === null) return value !== undefined && value === condition;
  const [operator, operand] = Object.entries(condition)[0] ?? [];
  if (operator === 'exists') return (value !== undefined) === operand;
  if (value === undefined) return false;
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'numeric':
      return typeof value === 'number' && isWithin(value, operand as (string | number)[]);
    case 'anything-but':
      return !(Array.isArray(operand) ? operand : [operand]).some((one) => meets(one, value));
    case 'prefix':
      return text?.startsWith(operand) ?? false;
    case 'suffix':
      return text?.endsWith(operand) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === operand.toLowerCase();
    case 'wildcard':
      return text !== undefined && wildcard(operand).test(text);
    case 'cidr':
      return text !== undefined && isInNetwork(text, operand);
    default:
      throw new Error(`a filter policy has no condition ${JSON.stringify(condition)}`);
  }
}

/** `['>=', 10, '<', 20]`: all must hold. */
function isWithin(value: number, range: readonly (string | number)[]): boolean {
  for (let at = 0; at < range.length; at += 2) {
    if (!compare(value, String(range[at]), Number(range[at + 1]))) return false;
  }
  return true;
}

function compare(value: number, comparison: string, limit: number): boolean {
  switch (comparison) {
    case '=':
      return value === limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    default:
      throw new Error(`a filter policy has no comparison ${comparison}`);
  }
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`, 's');

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits] = network.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(base)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(bits), type);
  return list.check(address, type);
}
