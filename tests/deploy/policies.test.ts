import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import type { Policy } from '#kit/events/policy.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { root } from '#tests/support/scripts.ts';

const CONSUMERS = join(root, 'functions/consumers');

const withPolicy = readdirSync(CONSUMERS).filter((name) => existsSync(join(CONSUMERS, name, 'policy.ts')));

const isPolicy = (value: unknown): value is Policy<DomainEvent> =>
  typeof value === 'object' && value !== null && 'consumer' in value && 'on' in value;

/** What the subscription of a consumer lets through. */
async function receivedBy(consumer: string): Promise<unknown[]> {
  const { Resources } = await compiledTemplate();
  const [id] =
    Object.entries(Resources).find(
      ([, { Properties }]) => Properties?.QueueName === `orderstream-dev-${consumer}`,
    ) ?? [];
  const subscription = Resources[String(id).replace(/Queue$/, 'Subscription')];
  const filter = subscription?.Properties?.FilterPolicy as { eventType?: unknown[] } | undefined;
  return filter?.eventType ?? [];
}

test.each(withPolicy)('The policy of %s reacts to what its queue gets, and to nothing else', async (name) => {
  const module = await import(pathToFileURL(join(CONSUMERS, name, 'policy.ts')).href);
  // One that depends on settings is a function of them.
  const policies = Object.values(module as Record<string, unknown>)
    .map((value) => (typeof value === 'function' ? value({}) : value))
    .filter(isPolicy);
  expect(policies.map(({ consumer }) => consumer)).toEqual([name]);
  const received = await receivedBy(name);
  expect(policies.flatMap(({ on }) => Object.keys(on)).sort()).toEqual([...received].sort());
});
