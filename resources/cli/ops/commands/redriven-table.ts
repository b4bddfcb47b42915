import type { Brief } from '#functions/operations/redrive/select-dead-letters.ts';
import { table } from '#resources/cli/table.ts';

const SHOWN = 20;

/** The first dead letters that an operation moved or deleted; nothing where there are none. */
export function briefTable(letters: readonly Brief[]): string[] {
  if (letters.length === 0) return [];
  const rows = letters.slice(0, SHOWN).map(({ eventType, streamId, version, fingerprint }) => {
    return [eventType ?? '?', streamId ?? '?', String(version ?? '?'), fingerprint];
  });
  const keep = ['stream', 'fingerprint'];
  return [
    table(['event', 'stream', 'version', 'fingerprint'], rows, { keep }),
    ...(letters.length > SHOWN ? [`… and ${letters.length - SHOWN} more`] : []),
  ];
}

/** Why not all of the queue was looked at. */
export const incomplete = (dryRun: boolean): string[] =>
  dryRun
    ? ['The queue is too long for one look: these numbers are of a part of it.']
    : [
        'This is not all of the queue: SQS keeps 120,000 messages in flight and gives no more until some are back.',
        'Run it again in three minutes.',
      ];
