import { expect, test } from '@jest/globals';
import { orderOf } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer, Call } from '#tests/deploy/rehearsal/emulator.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';

const { line1, city, postalCode } = orderOf().shippingAddress;

/** What the steps before have said of people: where they live, who they are. */
const personal = new RegExp(`${line1}|${city}|\\b${postalCode}\\b|\\bAda\\b|\\bGrace\\b|@example\\.com`);

export function logs(stack: () => Stack): void {
  test('no line of any log tells who somebody is or where they live', async () => {
    const { emulator, name } = stack();
    const { logGroups } = await emulator.call('logs', 'describe_log_groups', {});
    const groups: string[] = logGroups
      .map(({ logGroupName }: Answer) => logGroupName)
      .filter((group: string) => group.includes(name));
    const answers = await emulator.calls(
      groups.map((logGroupName): Call => ['logs', 'filter_log_events', { logGroupName }]),
    );
    const lines: string[] = answers.flatMap(({ events }) => events.map(({ message }: Answer) => message));
    // The steps before have led through most functions, their failures included.
    expect(groups.length).toBeGreaterThan(30);
    expect(lines.length).toBeGreaterThan(500);
    expect(lines.filter((line) => personal.test(line))).toEqual([]);
  }, 60_000);
}
