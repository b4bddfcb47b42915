import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import type { Defect } from './simulator/defect.ts';
import { type Deployment, readDeployment } from './simulator/deployment.ts';
import { runVirtual } from './simulator/run-virtual.ts';

describe('500 orders of one SKU in one second', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await readDeployment(await compiledTemplate());
  });

  test('all end right, with every fault and no dead letter of their own', async () => {
    const { findings, faults, events } = await runVirtual(deployment, { seed: 1, orders: 0, rush: 500 });
    expect(findings).toEqual([]);
    expect(faults.length).toBeGreaterThan(100);
    expect(events).toBeGreaterThan(1_500);
  }, 240_000);

  test('find a snapshot of another version than it says, which the usual orders do not', async () => {
    const defect: Defect = {
      name: 'a snapshot says that it holds the next event too',
      send(call, next) {
        const item = call.input.Item as { pk?: string; version: number } | undefined;
        if (call.name !== 'PutCommand' || !item?.pk?.startsWith('SNAPSHOT#')) return next();
        return next(new PutCommand({ ...call.input, Item: { ...item, version: item.version + 1 } } as never));
      },
    };
    const run = { seed: 1, defect };
    expect((await runVirtual(deployment, { ...run, orders: 12 })).findings).toEqual([]);
    const { findings } = await runVirtual(deployment, { ...run, orders: 0, rush: 150 });
    expect(findings.map(({ kind }) => kind)).toContain('lost');
  }, 240_000);
});
