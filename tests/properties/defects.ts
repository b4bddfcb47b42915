import { scheduleDefects } from './defects/audit-and-ticks.ts';
import { commandDefects } from './defects/commands.ts';
import { deadLetterDefects } from './defects/dead-letters.ts';
import type { DeliberateDefect } from './defects/deliberate.ts';
import { emailDefects } from './defects/emails.ts';
import { moneyDefects } from './defects/money.ts';
import { operationDefects } from './defects/operations.ts';
import { publishingDefects } from './defects/publishing.ts';
import { viewDefects } from './defects/views.ts';

/** Mistakes that the code could have made, each in one place. The checks are worth what they find of these. */
export const defects: readonly DeliberateDefect[] = [
  ...viewDefects,
  ...publishingDefects,
  ...deadLetterDefects,
  ...commandDefects,
  ...emailDefects,
  ...scheduleDefects,
  ...moneyDefects,
  ...operationDefects,
];
