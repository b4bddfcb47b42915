import { readDueKey } from '#kit/event-store/due-keys.ts';
import type { Table } from '#tests/properties/fakes/table.ts';
import type { Machinery } from './machinery.ts';

/** After the last due time: a tick in its minute, and the deliveries that follow. */
export const LAST_TICKS_MS = 5 * 60_000;

/** The rule of EventBridge: each minute, but where nothing is due in these minutes: such a tick would send nothing. */
export async function tickForever(
  { clock, adversary, functions, during }: Machinery,
  due: DueTimes,
): Promise<void> {
  const now = () => clock.now();
  let last = now();
  let lost = 0;
  for (let minute = 0; ; minute++) {
    const pace = adversary.random(`tick/${minute}/time`);
    const late = adversary.at(`tick/${minute}/late`, 'tick late', 0.1) ? pace.between(0, 50_000) : 0;
    await clock.limit(60_000 - (now() % 60_000) + pace.between(0, 2_000) + late);
    if (!due.isAnyBetween(last - LAST_TICKS_MS, now() + LAST_TICKS_MS)) continue;
    const random = adversary.random(`tick/${minute}`);
    if (adversary.at(`tick/${minute}/lost`, 'tick lost', 0.15)) lost = random.between(1, 5);
    if (lost-- > 0) continue;
    last = now();
    const start = () => void during(functions.start('deadline-tick', {}).answer.catch(() => undefined));
    start();
    if (adversary.at(`tick/${minute}/double`, 'tick doubled', 0.1)) start();
  }
}

export type DueTimes = ReturnType<typeof dueTimesOf>;

/**
 * When the tick meets the events of a table that have a deadline; ms since 1970. One that was due already when it was appended is in
 * the minute of its own time, which a clock that was ahead puts into the future: it fires late.
 */
export function dueTimesOf(events: Table) {
  const times: number[] = [];
  const read = events.shards.map(() => 0);
  const wake = events.onInsert;
  events.onInsert = () => {
    wake();
    for (const [shard, log] of events.shards.entries()) {
      for (const { item } of log.slice(read[shard])) {
        if (item.dueKey === undefined) continue;
        const [minute] = String(item.duePartition).split('#');
        times.push(Math.max(Date.parse(readDueKey(String(item.dueKey)).dueAt), Date.parse(`${minute}Z`)));
      }
      read[shard] = log.length;
    }
  };
  return {
    last: () => Math.max(0, ...times),
    isAnyBetween: (from: number, to: number) => times.some((time) => time >= from && time <= to),
  };
}
