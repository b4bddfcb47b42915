import { describe, expect, test } from '@jest/globals';
import { UsageError } from '#resources/cli/arguments.ts';
import { runSchema } from '#resources/cli/schema.ts';
import { widthOf } from '#resources/cli/text.ts';

async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  await runSchema(args, (line) => lines.push(line));
  const text = lines.join('\n');
  expect(text.split('\n').filter((line) => widthOf(line) > 100)).toEqual([]);
  return text;
}

describe('npm run schema', () => {
  test('list names each event with its versions, attributes and consumers', async () => {
    expect(await run('list')).toMatch(/^OrderCreated +order +1, 2\b.* +total, country +order-view, /m);
  });

  test('show has the data of one version, its consumers and its sample', async () => {
    const first = await run('show', 'OrderCreated@1');
    expect(first).toMatch(/^OrderCreated v1\nconsumers: order-view, /);
    expect(first).toMatch(/^items\[\]\.sku +string$/m);
    expect(first).toMatch(/^shippingAddress\.line2 +string +yes$/m);
    expect(first).not.toContain('currency');
    expect(JSON.parse(first.slice(first.indexOf('\n{')))).toMatchObject({ customerId: 'ada' });
    expect(await run('show', 'OrderCreated')).toContain('currency');
  });

  test('diff says what differs from another version of the contract', async () => {
    expect(await run('diff', 'released')).toMatch(/^compared with \d+\.\d+\.\d+\n/);
  });

  test('--help explains each', async () => {
    expect(await run('--help')).toContain('npm run schema -- diff main');
    expect(await run('show', '-h')).toContain('npm run schema -- list');
  });

  test.each([
    [[], 'Say what to do: list, show or diff.'],
    [['dif'], 'There is no dif; did you mean diff?'],
    [['constructor'], 'There is no constructor.'],
    [['list', 'x'], 'x: list takes no argument.'],
    [['show'], 'Say which event to show: show OrderCreated, or show OrderCreated@1.'],
    [['show', 'OrderCreatd@1'], 'There is no event OrderCreatd; did you mean OrderCreated?'],
    [['show', 'CustomerRenamed@9'], 'There is no CustomerRenamed@9: the versions of CustomerRenamed are 1.'],
    [['show', 'OrderCreated', '1'], '1: show takes one argument at the most.'],
    [['diff'], 'Say with what to compare: diff main, diff released, or diff v1.2.3.'],
    [['diff', 'no-such-tag'], 'There is no no-such-tag in this clone.'],
  ])('%j: %s', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(new UsageError(message));
  });
});
