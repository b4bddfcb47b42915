import type { Answer, Call } from './emulator.ts';
import type { Stack } from './stack.ts';

export const consumers = [
  'order-view',
  'catalogue-view',
  'stock-view',
  'sales',
  'inventory',
  'fraud-review',
  'customs',
  'notifications',
  'order-payments',
  'order-holds',
  'refunds',
  'reviews',
];

/** A structured log line. */
export interface LogLine {
  message?: string;
  hop?: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
  /** Of a line of metrics. */
  projection?: string;
  ProjectionLagSeconds?: number;
}

/** The structured lines that each of these functions has logged, as CloudWatch Logs has them. */
export async function logsOf(
  { name, emulator }: Stack,
  functionNames: readonly string[],
): Promise<LogLine[][]> {
  const calls = functionNames.map((functionName): Call => {
    return ['logs', 'filter_log_events', { logGroupName: `/aws/lambda/${name}-${functionName}` }];
  });
  const answers = await emulator.calls(calls);
  return answers.map(({ events }) => events.flatMap(({ message }: Answer) => structured(message)));
}

/** Lambda's own lines, and Node's, are no JSON. */
function structured(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

/** Which events of these streams each consumer has handled, once each: `{ customs: ['OrderCreated order-1'] }`. */
export async function deliveriesOf(
  stack: Stack,
  streamIds: readonly string[],
): Promise<Record<string, string[]>> {
  const logs = await logsOf(stack, consumers);
  return Object.fromEntries(
    consumers.map((consumer, index) => {
      const handled = (logs[index] ?? [])
        .filter(({ hop, message }) => hop === 'consumer' && message === 'handled')
        .filter(({ streamId }) => streamIds.includes(streamId ?? ''))
        .map(({ eventType, streamId }) => `${eventType} ${streamId}`);
      return [consumer, [...new Set(handled)].sort()];
    }),
  );
}
