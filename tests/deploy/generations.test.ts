import { expect, test } from '@jest/globals';
import { application } from '#application';
import { CACHE_MS } from '#kit/projections/generations.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { functionsOf } from '#tests/support/role-rights.ts';

test('A rebuild waits until nobody is at work any more who has not heard of its generation', async () => {
  const functions = functionsOf(await compiledTemplate());
  const propertyOf = (name: string, property: string) =>
    functions.find((one) => one.name === name)?.resource.Properties?.[property] as never;
  const readers = functions.map(({ name }) => name).filter((name) => /^(get|list)-/.test(name));
  const timeouts = [...application.projections.map(({ name }) => name), ...readers].map((name) =>
    Number(propertyOf(name, 'Timeout')),
  );
  expect(timeouts.length).toBeGreaterThan(8);
  const { Variables } = propertyOf('rebuild', 'Environment') as { Variables: Record<string, string> };
  expect(Number(Variables.PROPAGATION_SECONDS)).toBeGreaterThan(CACHE_MS / 1_000 + Math.max(...timeouts));
});
