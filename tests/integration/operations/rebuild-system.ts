import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import type { RebuildStatus } from '#functions/operations/rebuild/rebuild.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const SCOPE = 'orders:manage inventory:write reviews:decide customs:decide audit:read payments:write';

// Everybody's clock goes twenty times as fast: what a process remembers for five seconds, it forgets in a quarter of one,
// and the two (real) seconds before the work begins are forty, more than those and the timeout of a consumer.
const STARTED = Date.now();
const now = () => STARTED + 20 * (Date.now() - STARTED);

/** The compiled stack in a hurry, and what one does with it to rebuild a projection. */
export interface RebuildSystem {
  system: System;
  call(name: string, sent: Sent): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>;
  rebuild(projection: string, action: string, more?: object): Promise<RebuildStatus>;
  /** Drives the work until it is in this phase, or gone. */
  reach(projection: string, phase: string | undefined): Promise<RebuildStatus>;
  scan(table: 'EventsTable' | 'ReadModelTable'): Promise<Record<string, unknown>[]>;
}

export async function startRebuildSystem(running: readonly string[]): Promise<RebuildSystem> {
  const system = await startSystem({
    runs: (name) => running.includes(name),
    parts: () => ({ now }),
    settings: { PROPAGATION_SECONDS: '2' },
  });
  const rebuild: RebuildSystem['rebuild'] = (projection, action, more = {}) =>
    system.invoke('rebuild', { projection, action, ...more }) as Promise<RebuildStatus>;
  return {
    system,
    rebuild,
    async call(name, sent) {
      const answer = await system.invoke(name, httpEvent({ scope: SCOPE, sub: 'ada', ...sent }));
      const { statusCode: status, body } = answer as { statusCode: number; body: string };
      return { status, body: JSON.parse(body) };
    },
    reach: (projection, phase) =>
      eventually(
        async () => {
          const status = await rebuild(projection, 'advance');
          expect(status.other?.phase).toBe(phase);
          return status;
        },
        { timeoutMs: 20_000, everyMs: 50 },
      ),
    async scan(table) {
      const items: Record<string, unknown>[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const TableName = system.stack.tables[table]?.name;
        const page = await system.dynamo.send(
          new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: start }),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start);
      return items;
    },
  };
}
