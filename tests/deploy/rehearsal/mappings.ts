import type { Stack } from './stack.ts';

/** Switches off, and on again, what invokes a function for its stream or its queue. What waits there stays there. */
export async function switchMapping({ emulator, name }: Stack, ofFunction: string, Enabled: boolean) {
  const mapped = { FunctionName: `${name}-${ofFunction}` };
  const { EventSourceMappings } = await emulator.call('lambda', 'list_event_source_mappings', mapped);
  const [{ UUID }] = EventSourceMappings;
  await emulator.call('lambda', 'update_event_source_mapping', { UUID, Enabled });
}
