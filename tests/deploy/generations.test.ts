import { expect, test } from '@jest/globals';
import { application } from '#application';
import { CACHE_MS } from '#kit/projections/generations.ts';
import { RECHECK_SECONDS } from '#kit/projections/rebuild/compare.ts';
import { STEP_MS } from '#kit/projections/rebuild/run-step.ts';
import type { MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { functionsOf } from '#tests/support/role-rights.ts';

test('A rebuild waits until nobody is at work any more who has not heard of its generation', async () => {
  const functions = functionsOf(await compiledTemplate());
  const propertyOf = (name: string, property: string) =>
    functions.find((one) => one.name === name)?.resource.Properties?.[property] as never;
  const readers = functions.map(({ name }) => name).filter((name) => /^(get|list)-/.test(name));
  const timeouts = [...application.projections, ...readers].map((name) =>
    Number(propertyOf(name, 'Timeout')),
  );
  expect(timeouts.length).toBeGreaterThan(8);
  const { Variables } = propertyOf('rebuild', 'Environment') as { Variables: Record<string, string> };
  expect(Number(Variables.PROPAGATION_SECONDS)).toBeGreaterThan(CACHE_MS / 1_000 + Math.max(...timeouts));
});

/** Seconds beyond the window: for the stream, the publisher, the topic and the consumer. */
const ON_THE_WAY_SECONDS = 2;

/** The projections whose queue collects a batch for so long that a comparison takes what waits in it for missing. */
function tooLongWindows(template: Template): string[] {
  const functions = functionsOf(template);
  return application.projections.flatMap((name) => {
    const id = functions.find((one) => one.name === name)?.id;
    const mapping = Object.values(template.Resources).find(
      ({ Type, Properties }) =>
        Type === 'AWS::Lambda::EventSourceMapping' &&
        JSON.stringify(Properties?.FunctionName).includes(`"${id}"`),
    );
    if (!mapping) return [`${name} has no mapping`];
    const { MaximumBatchingWindowInSeconds: window = 0 } = mapping.Properties as unknown as MappingProperties;
    return window + ON_THE_WAY_SECONDS <= RECHECK_SECONDS
      ? []
      : [`${name}: window ${window} s, rechecks for ${RECHECK_SECONDS} s`];
  });
}

test('A comparison rechecks for longer than a batching window holds an event back', async () => {
  const template = structuredClone(await compiledTemplate());
  expect(tooLongWindows(template)).toEqual([]);
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::EventSourceMapping')
      Object.assign(Properties ?? {}, { MaximumBatchingWindowInSeconds: 5 });
  }
  expect(tooLongWindows(template)).toHaveLength(application.projections.length);
});

test('A step of a rebuild has time for both rounds of rechecks', async () => {
  const functions = functionsOf(await compiledTemplate());
  for (const name of application.projections) {
    const { resource } = functions.find((one) => one.name === name) ?? {};
    expect(Number(resource?.Properties?.Timeout)).toBeGreaterThan(STEP_MS / 1_000 + 2 * RECHECK_SECONDS);
  }
});
