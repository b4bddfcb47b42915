import { describe, expect, test } from '@jest/globals';
import { type HopLog, logHops } from '#kit/observability/hops.ts';

const about = (version: number) => ({
  eventType: 'CounterIncreased',
  streamId: 'counter-1',
  version,
  correlationId: `request-${version}`,
});
const hops = [{ about: about(1), more: { lag: 7 } }, { about: about(2) }];

function logged(hopLog: HopLog, some: typeof hops | []): unknown[][] {
  const lines: unknown[][] = [];
  const logger = { info: (...line: unknown[]) => void lines.push(line) };
  logHops({ logger, hopLog }, 'handled', 'consumer', some);
  return lines;
}

describe('What took a step', () => {
  test('is a line for each event, with all that is known of it', () => {
    expect(logged('event', hops)).toEqual([
      ['handled', { hop: 'consumer', ...about(1), lag: 7 }],
      ['handled', { hop: 'consumer', ...about(2) }],
    ]);
  });

  test('is one line for a batch, in which each event can be found', () => {
    expect(logged('batch', hops)).toEqual([
      [
        'handled',
        {
          hop: 'consumer',
          eventCount: 2,
          events: 'CounterIncreased counter-1@1 request-1, CounterIncreased counter-1@2 request-2',
        },
      ],
    ]);
  });

  test.each(['event', 'batch'] as const)('is no line where there is none (%s)', (hopLog) => {
    expect(logged(hopLog, [])).toEqual([]);
  });
});
