import { chunksOf } from '#kit/aws/chunks.ts';
import { DELETES_PER_CALL, deleteItems } from '#kit/aws/delete-items.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { generationPage, isOfGeneration, type StartKey } from './scan.ts';

export interface Dropped {
  scanned: number;
  deleted: number;
  /** Where to go on; absent at the end of the segment. */
  startKey?: StartKey;
}

/**
 * Deletes a generation's items in one segment, from `startKey` on, until the deadline (ms since 1970). The item at which
 * the scan goes on is deleted only when the scan is past it: DynamoDB takes the key of an item that is gone, but the
 * local emulator ends a parallel scan there. AWS calls: one scan a page, one batch write for each 25 items.
 */
export async function drop(
  runtime: Runtime,
  projection: Projection,
  generation: number,
  {
    startKey: from,
    deadline,
    ...segment
  }: { segment: number; segments: number; startKey: StartKey | undefined; deadline: number },
): Promise<Dropped> {
  let [scanned, deleted] = [0, 0];
  let startKey = from;
  let kept = from && isOfGeneration(projection, generation, from) ? [from as StartKey & ItemKey] : [];
  do {
    const page = await generationPage(runtime, projection, generation, { ...segment, startKey });
    const chunks = chunksOf(page.items, DELETES_PER_CALL);
    for (const [index, chunk] of chunks.entries()) {
      await deleteItems(runtime, [...kept, ...chunk.slice(0, -1)]);
      kept = chunk.slice(-1);
      deleted += chunk.length;
      if (index < chunks.length - 1 && runtime.now() >= deadline) {
        scanned += Math.round((page.scanned * (index + 1)) / chunks.length);
        return { scanned, deleted, ...(kept[0] && { startKey: kept[0] }) };
      }
    }
    scanned += page.scanned;
    startKey = page.next;
    if (startKey?.pk !== kept[0]?.pk) {
      await deleteItems(runtime, kept);
      kept = [];
    }
  } while (startKey && runtime.now() < deadline);
  return { scanned, deleted, ...(startKey && { startKey }) };
}
