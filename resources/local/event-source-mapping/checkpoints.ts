import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Checkpoint {
  /** Every record up to this one is dealt with. Absent when a shard was empty to its end. */
  sequenceNumber?: string;
  /** The shard is closed and read to its end: its children may start. */
  finished?: boolean;
}

/** How far one mapping has come in each shard of its stream. */
export interface Checkpoints {
  get(shardId: string): Checkpoint | undefined;
  set(shardId: string, checkpoint: Checkpoint): void;
}

export function inMemoryCheckpoints(): Checkpoints {
  const checkpoints = new Map<string, Checkpoint>();
  return {
    get: (shardId) => checkpoints.get(shardId),
    set: (shardId, checkpoint) => {
      checkpoints.set(shardId, checkpoint);
    },
  };
}

/**
 * Checkpoints in one file per mapping, written whole and then renamed: a crash leaves the last one or the one
 * before, never half. A record dealt with just before a crash may then come again, as on AWS.
 * @param mapping tells the mappings of a folder apart: stream ARN and function
 */
export function fileCheckpoints(folder: string, mapping: string): Checkpoints {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${createHash('sha256').update(mapping).digest('hex').slice(0, 16)}.json`);
  const shards = readShards(path);
  return {
    get: (shardId) => shards[shardId],
    set(shardId, checkpoint) {
      shards[shardId] = checkpoint;
      writeFileSync(`${path}.new`, JSON.stringify({ mapping, shards }));
      renameSync(`${path}.new`, path);
    },
  };
}

function readShards(path: string): Record<string, Checkpoint> {
  try {
    const text = readFileSync(path, 'utf8');
    return text === '' ? {} : (JSON.parse(text) as { shards: Record<string, Checkpoint> }).shards;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(
      `The checkpoints in ${path} cannot be read; remove the file to read the stream from its start`,
    );
  }
}
