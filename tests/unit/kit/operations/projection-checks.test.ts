import { expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { projectionChecks } from '#kit/operations/delivery-check.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

/** A view of each counter, under keys of its own. */
const projection = (name: string): Projection => ({
  name,
  views: {
    counter: {
      key: (id: string) => ({ pk: `${name}#${id}`, sk: 'VIEW' }),
      apply: (_, { version }) => ({ version }),
    },
  },
});

test('Two projections of the same streams are asked for their own views each', async () => {
  const projections = [projection('ahead'), projection('behind')];
  const versions: Record<string, number> = { 'ahead#a': 2, 'behind#a': 1 };
  const dynamo = {
    async send({ input }: { input: { RequestItems?: Record<string, { Keys: { pk: string }[] }> } }) {
      const keys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys }) => Keys);
      return { Responses: { views: keys.map((key) => ({ ...key, version: versions[key.pk] })) } };
    },
  } as unknown as Runtime['dynamo'];
  const runtime = createRuntime(counterApplication, { dynamo, settings: { READ_MODEL_TABLE: 'views' } });
  const event = { streamId: 'counter-a', version: 2, eventId: 'e' };

  const found = await Promise.all(
    projectionChecks(counterApplication, projections).map(async ({ consumer, findUndelivered }) => [
      consumer,
      await findUndelivered(runtime, [event]),
    ]),
  );
  expect(found).toEqual([
    ['ahead', []],
    ['behind', [{ key: event, reached: 1 }]],
  ]);
});
