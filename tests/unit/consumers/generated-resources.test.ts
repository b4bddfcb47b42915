import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';

const generated = createRequire(import.meta.url)('../../../resources/consumers.cjs') as {
  resources(options: { resolveVariable(name: string): Promise<unknown> }): Promise<{
    Resources: Record<string, { Properties: { FilterPolicy?: unknown } }>;
  }>;
};

async function filterPolicy(filter: object) {
  const variables: Record<string, unknown> = {
    'self:service': 'orderstream',
    'sls:stage': 'dev',
    'self:custom.parameters': { maxReceiveCount: 5 },
    'self:custom.consumers': [
      { name: 'fraud-review', description: 'Reviews.', handler: 'x.handler', filter },
    ],
  };
  const { Resources } = await generated.resources({ resolveVariable: async (name) => variables[name] });
  return Resources.FraudReviewSubscription?.Properties.FilterPolicy;
}

describe('The filter policy of a consumer', () => {
  test('compares numbers with numbers, also where a parameter came from the environment as text', async () => {
    const filter = { total: [{ numeric: ['>=', '1000.5', '<', 2_000] }] };
    expect(await filterPolicy(filter)).toEqual({ total: [{ numeric: ['>=', 1_000.5, '<', 2_000] }] });
  });

  test('is otherwise what consumer.yml says', async () => {
    const filter = { eventType: ['OrderCreated', '1'], country: [{ 'anything-but': ['US', '1'] }] };
    expect(await filterPolicy(filter)).toEqual(filter);
  });
});
