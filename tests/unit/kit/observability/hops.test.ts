import { describe, expect, test } from '@jest/globals';
import { type HopLog, logHops } from '#kit/observability/hops.ts';
import { createRedactor } from '#kit/observability/redaction.ts';

const about = (version: number) => ({
  eventType: 'CounterIncreased',
  streamId: 'counter-1',
  version,
  correlationId: `request-${version}`,
});
const hops = [
  { about: about(1), lag: 7, more: { receiveCount: 2 } },
  { about: about(2), lag: 5 },
];

function logged(hopLog: HopLog, some: typeof hops | []): unknown[][] {
  const lines: unknown[][] = [];
  const logger = { info: (...line: unknown[]) => void lines.push(line) };
  logHops({ logger, hopLog }, 'handled', 'consumer', some);
  return lines;
}

describe('What took a step', () => {
  test('is a line for each event, with all that is known of it', () => {
    expect(logged('event', hops)).toEqual([
      ['handled', { hop: 'consumer', ...about(1), receiveCount: 2, lag: 7 }],
      ['handled', { hop: 'consumer', ...about(2), lag: 5 }],
    ]);
  });

  test('is one line for a batch, in which each event can be found, with the longest lag', () => {
    expect(logged('batch', hops)).toEqual([
      [
        'handled',
        {
          hop: 'consumer',
          eventCount: 2,
          lag: 7,
          events: 'CounterIncreased counter-1 1 request-1, CounterIncreased counter-1 2 request-2',
        },
      ],
    ]);
  });

  test('is found by its stream: nothing in the line looks like an email address', () => {
    const [[, line] = []] = logged('batch', hops);
    const { events } = line as { events: string };
    expect(createRedactor([])(events)).toBe(events);
  });

  test.each(['event', 'batch'] as const)('is no line where there is none (%s)', (hopLog) => {
    expect(logged(hopLog, [])).toEqual([]);
  });
});
