import { type Priced, prices } from './prices.ts';

/** What was counted of one part, and what it costs. */
export interface Line {
  /** For people: `DynamoDB writes: index by-type`. */
  part: string;
  priced: Priced;
  units: number;
}

/** What one function did. */
export interface Work {
  invocations: number;
  /** Of queues or of the stream. */
  messages: number;
  ms: number;
}

/** Adds up what is billed, a line for each part, and beside it what limits are set against. */
export class Meter {
  readonly #lines = new Map<string, Line>();
  /** By function. */
  readonly work = new Map<string, Work>();
  /** Write units by table or index, and there by partition. */
  readonly written = new Map<string, Map<string, number>>();

  did(name: string, messages: number, ms: number): void {
    const work = this.work.get(name) ?? { invocations: 0, messages: 0, ms: 0 };
    this.work.set(name, {
      invocations: work.invocations + 1,
      messages: work.messages + messages,
      ms: work.ms + ms,
    });
  }

  wrote(where: string, partition: string, units: number): void {
    const partitions = this.written.get(where) ?? new Map<string, number>();
    partitions.set(partition, (partitions.get(partition) ?? 0) + units);
    this.written.set(where, partitions);
  }

  add(part: string, priced: Priced, units = 1): void {
    const line = this.#lines.get(part) ?? { part, priced, units: 0 };
    if (line.priced !== priced) throw new Error(`${part} is billed as ${line.priced} and as ${priced}`);
    line.units += units;
    this.#lines.set(part, line);
  }

  /** What was counted until now is forgotten: it was preparation. */
  reset(): void {
    this.#lines.clear();
    this.work.clear();
    this.written.clear();
  }

  lines(): Line[] {
    return [...this.#lines.values()];
  }
}

/** USD of a line. */
export const costOf = ({ priced, units }: Line): number => units * prices[priced].usd;
