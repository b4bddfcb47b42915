type Filter = Readonly<Record<string, readonly unknown[]>>;

/**
 * A filter of a consumer (its `filter` in consumer.yml) as a pattern of EventBridge, for a bus on which `detail` is what is an attribute of the
 * message on SNS. Attributes of a message that are numbers are numbers in `detail`. Pure. Throws for a condition that EventBridge has not.
 */
export const eventBridgePattern = (filter: Filter): { detail: Record<string, unknown[]> } => ({
  detail: Object.fromEntries(
    Object.entries(filter).map(([attribute, conditions]) => [attribute, conditions.map(conditionOf)]),
  ),
});

/** "Amazon EventBridge event patterns", comparison operators: the conditions that both services write in the same way. */
const SHARED = new Set([
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'equals-ignore-case',
  'wildcard',
  'cidr',
]);

function conditionOf(condition: unknown): unknown {
  if (typeof condition !== 'object' || condition === null) return condition;
  const [operator, ...others] = Object.keys(condition);
  if (operator === undefined || others.length > 0 || !SHARED.has(operator)) {
    throw new Error(`EventBridge has no condition ${JSON.stringify(condition)}`);
  }
  return condition;
}
