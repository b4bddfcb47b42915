import { createHash, randomBytes } from 'node:crypto';

/** Lambda stops a chain of messages that comes to one function more often ("Recursive loop detection" in the Lambda guide). */
export const LONGEST_CHAIN = 16;

/** The header of X-Ray that a send carries and SQS hands out as AWSTraceHeader: `Root=…;Parent=…;Sampled=1;Lineage=1:<function>:<count>|…`. */
export type TraceHeader = string;

/** How often the chain that led to a message has come to the function. */
export const invocationsInChain = (header: TraceHeader | undefined, functionArn: string): number =>
  lineageOf(header).get(hashOf(functionArn)) ?? 0;

/**
 * The header for an invocation of the function with messages that have these headers. The SDK passes it on with whatever the function
 * sends. Of a batch the longest chain counts.
 */
export function headerOfInvocation(
  headers: readonly (TraceHeader | undefined)[],
  functionArn: string,
): TraceHeader {
  const lineage = new Map<string, number>();
  for (const header of headers) {
    for (const [hash, count] of lineageOf(header)) lineage.set(hash, Math.max(count, lineage.get(hash) ?? 0));
  }
  const own = hashOf(functionArn);
  lineage.set(own, (lineage.get(own) ?? 0) + 1);
  const root = headers.map((header) => fieldOf(header, 'Root')).find(Boolean) ?? newRoot();
  const counts = [...lineage].map(([hash, count]) => `${hash}:${count}`).join('|');
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=1;Lineage=1:${counts}`;
}

function lineageOf(header: TraceHeader | undefined): Map<string, number> {
  const [, counts = ''] = /^\d+:(.*)$/.exec(fieldOf(header, 'Lineage') ?? '') ?? [];
  const entries = counts.split('|').map((entry) => entry.split(':'));
  return new Map(entries.flatMap(([hash, count]) => (hash && count ? [[hash, Number(count)]] : [])));
}

const fieldOf = (header: TraceHeader | undefined, name: string): string | undefined =>
  header
    ?.split(';')
    .find((field) => field.startsWith(`${name}=`))
    ?.slice(name.length + 1);

const hashOf = (functionArn: string): string =>
  createHash('sha256').update(functionArn).digest('hex').slice(0, 8);

const newRoot = (): string =>
  `1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`;
