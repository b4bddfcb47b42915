import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { releaseLock, takeLock } from './process-lock.mjs';

/**
 * Takes the data directory for this process: two runs would overwrite each other's checkpoints.
 * @returns gives it back
 * @throws Error in one line that names LOCAL_DATA_DIR: it is in use, or it cannot be written
 */
export function claimDataDir(dataDir: string): () => void {
  const lock = join(dataDir, 'owner.pid');
  const owner = inDataDir(dataDir, () => {
    mkdirSync(dataDir, { recursive: true });
    return takeLock(lock);
  });
  if (owner === undefined) return () => releaseLock(lock);
  throw new Error(
    `The data directory ${dataDir} is in use by process ${owner} (see ${lock}). ` +
      'Stop it, or set LOCAL_DATA_DIR to another.',
  );
}

function inDataDir<T>(dataDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'is a file, or is in one, where a folder is needed'
        : `cannot be used: ${message}`;
    throw new Error(`LOCAL_DATA_DIR: ${dataDir} ${why}.`);
  }
}
