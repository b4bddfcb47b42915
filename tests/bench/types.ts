import type { Template } from '#resources/local/stack/template.ts';
import type { BenchTable } from './bench-table.ts';

export interface BenchContext {
  template(stage?: string): Promise<Template>;
  /** One line for whoever waits. */
  progress(text: string): void;
}

export interface Bench {
  name: string;
  description: string;
  /** Why it cannot run on a stage of an account. */
  notOnStage: string;
  run(context: BenchContext): Promise<BenchTable[]>;
}
