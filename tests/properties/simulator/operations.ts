import type { Audited } from '#functions/operations/audit/audit.ts';
import type { ResentDue } from '#kit/deadlines/resend-due.ts';
import type { World } from './world.ts';

/** As the schedule has it. */
const EVERY_MS = 300_000;

/** Of more events than these of one type, lanes are made: under fire, they are what there is to try. */
const SCHEDULED: object = { scheduled: true, inline: 3 };

/** More than what fails for good is redelivered. */
const MAX_ROUNDS = 6;

/** The audit runs every five minutes while something happens, whatever becomes of it; where time is simulated. */
export async function auditOnSchedule(world: World, busy: Promise<unknown>): Promise<void> {
  if (!world.losses) return;
  let isOver = false;
  void busy.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await world.clock.sleep(EVERY_MS);
    await world.functions.start('audit', SCHEDULED).answer.catch(() => undefined);
  }
}

/** Everything that the audit finds behind, at this moment. */
export async function runAudit(world: World, redeliver: boolean): Promise<Audited['behind']> {
  const behind: Audited['behind'] = [];
  const from = new Date(world.clock.now() - 20 * 86_400_000).toISOString();
  const ask = async () => {
    let answer: Audited | undefined;
    do {
      const token = answer?.continuationToken;
      const event: object = { from, limit: 0, redeliver, ...(token && { continuationToken: token }) };
      answer = (await world.functions.start('audit', event).answer) as Audited;
      behind.push(...answer.behind);
    } while (answer.continuationToken);
  };
  await world.waitUntilIdle(ask());
  return behind;
}

/** An operator's way out: audit, until nothing is behind. */
export async function redeliverLost(world: World): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if ((await runAudit(world, true)).length === 0) return;
  }
}

/** Another one: all deadlines since then once more, whether they were lost or not. */
export async function resendDeadlines(world: World, since: number): Promise<void> {
  const from = new Date(since).toISOString();
  const ask = async () => {
    let answer: ResentDue | undefined;
    do {
      const token = answer?.continuationToken;
      const event: object = { from, ...(token && { continuationToken: token }) };
      answer = (await world.functions.start('deadline-tick', event).answer) as ResentDue;
    } while (answer.continuationToken);
  };
  await world.waitUntilIdle(ask());
}
