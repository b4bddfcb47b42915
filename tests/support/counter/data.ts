import { startTables, type Tables } from '#tests/support/tables.ts';
import { counterApplication } from './application.ts';
import { COUNTER_READ_MODEL } from './views.ts';

/** The tables of the counter domain. */
export const startCounters = (): Promise<Tables> => startTables(counterApplication, COUNTER_READ_MODEL);
