/** What serverless-offline 14.8 does otherwise than we need, changed at its own modules. */
import type { PluginUtils } from '#resources/local/serverless.ts';
import { giveEachRequestAnId } from './events.ts';
import { quiet } from './log.ts';
import { patchServers, type ServerOptions } from './servers.ts';
import { letInvocationsEnd, limitMemory } from './threads.ts';
import { boundWorkers } from './workers.ts';

/** All of it; before serverless-offline starts. */
export async function patchServerlessOffline(log: PluginUtils['log'], options: ServerOptions): Promise<void> {
  patchServers(options);
  limitMemory();
  await Promise.all([quiet(log), giveEachRequestAnId(), letInvocationsEnd(), boundWorkers()]);
}
