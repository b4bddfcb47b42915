/**
 * What a function's answer says about its batch, under `ReportBatchItemFailures`. AWS takes an empty or null
 * answer or list as success, and anything that it cannot read, or that names an item it did not send, as a
 * failure of the whole batch.
 */
export type BatchReport =
  | { kind: 'success' }
  | { kind: 'partial'; failed: Set<string> }
  | { kind: 'failure' };

/**
 * @param answer what the function returned, parsed
 * @param sent the identifiers of the batch: message ids or sequence numbers
 */
export function readBatchReport(answer: unknown, sent: Iterable<string>): BatchReport {
  if (answer === null || answer === undefined) return { kind: 'success' };
  if (typeof answer !== 'object' || Array.isArray(answer)) return { kind: 'failure' };
  const { batchItemFailures: failures } = answer as { batchItemFailures?: unknown };
  if (failures === null || failures === undefined) return { kind: 'success' };
  if (!Array.isArray(failures)) return { kind: 'failure' };
  const known = new Set(sent);
  const failed = new Set<string>();
  for (const failure of failures as ({ itemIdentifier?: unknown } | null)[]) {
    const identifier = failure?.itemIdentifier;
    if (typeof identifier !== 'string' || !known.has(identifier)) return { kind: 'failure' };
    failed.add(identifier);
  }
  return failed.size === 0 ? { kind: 'success' } : { kind: 'partial', failed };
}

/** Without `ReportBatchItemFailures` the answer means nothing: what does not throw has succeeded. */
export function reportsItemFailures(types: string[] | undefined): boolean {
  return types?.includes('ReportBatchItemFailures') ?? false;
}
