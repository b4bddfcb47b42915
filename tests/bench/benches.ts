import { auditBench } from './audit/audit-bench.ts';
import { billBench } from './bill/bill-bench.ts';
import { bundleBench } from './bundles.ts';
import { capsBench } from './caps.ts';
import { commandsBench } from './commands.ts';
import { endToEndBench } from './end-to-end.ts';
import { rebuildBench } from './rebuild.ts';
import { reservationsBench } from './reservations.ts';
import { startBench } from './start.ts';
import type { Bench } from './types.ts';

/** Every bench, in the order in which they run. */
export const benches: readonly Bench[] = [
  billBench,
  auditBench,
  capsBench,
  bundleBench,
  commandsBench,
  rebuildBench,
  reservationsBench,
  endToEndBench,
  startBench,
];
