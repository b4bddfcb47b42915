import { expect, test } from '@jest/globals';
import { type Inventory, takeInventory } from '#tests/deploy/rehearsal/inventory.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';

export function removal(stack: () => Stack, before: () => Inventory): void {
  test('sls remove leaves nothing behind', async () => {
    const removed = await stack().service.sls('remove');
    expect(removed).toMatchObject({ code: 0 });
    expect(await takeInventory(stack().emulator)).toEqual(before());
    const { StackSummaries } = await stack().emulator.call('cloudformation', 'list_stacks');
    expect(StackSummaries).toMatchObject([{ StackName: stack().name, StackStatus: 'DELETE_COMPLETE' }]);
  }, 180_000);
}
