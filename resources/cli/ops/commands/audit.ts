import type { Audited } from '#functions/operations/audit/audit.ts';
import type { Finding } from '#functions/operations/audit/check-delivery.ts';
import type { Rechecked } from '#functions/operations/audit/recheck.ts';
import { timeOf } from '#kit/events/ids.ts';
import { type Command, givenOf, type Values } from '#resources/cli/ops/command.ts';
import { table } from '#resources/cli/table.ts';
import { ago } from '#resources/cli/times.ts';

interface Total extends Omit<Audited, 'progress' | 'continuationToken'> {
  /** What had not arrived when it was looked at the last time. */
  stays: Finding[];
}

const SHOWN = 20;

/** The function looks again for ten seconds at a time, at so many events. */
const LOOKS_AGAIN = 3;
const EVENTS_AT_A_TIME = 1_000;

export const audit: Command = {
  usage: 'audit [--from time] [--to time] [--limit seconds] [--no-redeliver]',
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    limit: { type: 'string' },
    'no-redeliver': { type: 'boolean' },
  },
  async run(values, { invoke, progress, clock }) {
    const redeliver = values['no-redeliver'] !== true;
    const asked = { ...givenOf(values, 'from', 'to'), ...limitOf(values), redeliver };
    const total: Total = { from: '', to: '', events: 0, behind: [], redelivered: 0, stays: [] };
    let continuationToken: object | undefined;
    do {
      const chunk = (await invoke('audit', {
        ...asked,
        ...(continuationToken && { continuationToken }),
      })) as Audited;
      total.from = chunk.from;
      total.to = chunk.to;
      total.events += chunk.events;
      total.behind.push(...chunk.behind);
      total.redelivered += chunk.redelivered;
      if (chunk.unsent) total.unsent = [...new Set([...(total.unsent ?? []), ...chunk.unsent])];
      progress.show(chunk.progress, `${total.events} events, ${total.behind.length} behind`);
      continuationToken = chunk.continuationToken;
    } while (continuationToken);

    total.stays = total.behind;
    for (let look = 1; redeliver && total.stays.length > 0 && look <= LOOKS_AGAIN; look++) {
      const stays: Finding[] = [];
      for (let at = 0; at < total.stays.length; at += EVENTS_AT_A_TIME) {
        const events = total.stays.slice(at, at + EVENTS_AT_A_TIME);
        stays.push(...((await invoke('audit', { events })) as Rechecked).behind);
        const left = total.stays.length - events.length - at + stays.length;
        progress.show(1 - left / total.behind.length, `${left} have not arrived yet`);
      }
      total.stays = stays;
    }
    return { result: total, text: textOf(total, redeliver, clock.now()), ok: total.stays.length === 0 };
  },
};

function limitOf({ limit }: Values): { limit?: number } {
  if (limit === undefined) return {};
  if (!/^\d{1,9}$/.test(String(limit))) throw new Error(`--limit ${limit}: say it in seconds, as 300`);
  return { limit: Number(limit) };
}

function textOf(
  { from, to, events, behind, redelivered, unsent = [], stays }: Total,
  redeliver: boolean,
  now: number,
): string {
  const looked = `${events} events from ${from} to ${to}: `;
  if (behind.length === 0) return `${looked}all have arrived.`;
  const missing = `${looked}${behind.length} events of ${streamsOf(behind)} streams had not arrived.`;
  if (!redeliver) return [missing, '', ...rowsOf(stays, now), '', 'Nothing was sent.'].join('\n');
  const sent = `${redelivered} messages went out for them.`;
  if (stays.length === 0) return [missing, `${sent} All have arrived now.`].join('\n');
  return [
    missing,
    `${sent} ${stays.length} events of ${streamsOf(stays)} streams stay behind:`,
    '',
    ...rowsOf(stays, now),
    '',
    ...unsent.map((consumer) => `The queue of ${consumer} did not take them; the log of audit says why.`),
    'See their dead letters, and audit again.',
  ].join('\n');
}

/** A row for each consumer and stream. Of a projection it is known what it has reached; of others, what they lack. */
function rowsOf(findings: readonly Finding[], now: number): string[] {
  const rows = new Map<
    string,
    { consumer: string; streamId: string; head: number; reached: string; since: string }
  >();
  for (const { streamId, version, eventId, missingAt } of findings) {
    const time = new Date(timeOf(eventId)).toISOString();
    for (const { consumer, reached = '–' } of missingAt) {
      const key = `${consumer} ${streamId}`;
      const { head = 0, since = time } = rows.get(key) ?? {};
      rows.set(key, {
        consumer,
        streamId,
        head: Math.max(head, version),
        reached: String(reached),
        since: time < since ? time : since,
      });
    }
  }
  const cells = [...rows.values()].map(({ consumer, streamId, head, reached, since }) => {
    return [consumer, streamId, String(head), reached, ago(since, now)];
  });
  return [
    table(['consumer', 'stream', 'head', 'reached', 'since'], cells.slice(0, SHOWN), { keep: ['stream'] }),
    ...(cells.length > SHOWN ? [`… and ${cells.length - SHOWN} more`] : []),
  ];
}

const streamsOf = (findings: readonly Finding[]): number =>
  new Set(findings.map(({ streamId }) => streamId)).size;
