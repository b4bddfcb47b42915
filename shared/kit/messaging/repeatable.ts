import { DAY_MS, DAY_SECONDS } from '#kit/config/time.ts';

/**
 * For how many days a consumer remembers an event that it has handled. A queue keeps a message for up to 14 days, and its dead letter
 * queue for as long again. Longer than that only people bring an event back: `republish` and `backfill` leave it out unless they
 * are asked, the audit does not ask for it, and a `redrive`, which makes a new message each time, marks it (`DeadLetter.old`).
 */
const REMEMBERED_DAYS = 30;

export const REMEMBERED_SECONDS = REMEMBERED_DAYS * DAY_SECONDS;

/** How old an event may be that is sent again, with a day to spare for the way: of an older one a consumer may have forgotten that it had it. */
export const REPEATABLE_MS = (REMEMBERED_DAYS - 1) * DAY_MS;
