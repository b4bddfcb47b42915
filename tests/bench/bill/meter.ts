import { type Priced, prices } from './prices.ts';

/** What was counted of one part, and what it costs. */
export interface Line {
  /** For people: `DynamoDB writes: index by-type`. */
  part: string;
  priced: Priced;
  units: number;
}

/** Adds up what is billed, a line for each part. */
export class Meter {
  readonly #lines = new Map<string, Line>();

  add(part: string, priced: Priced, units = 1): void {
    const line = this.#lines.get(part) ?? { part, priced, units: 0 };
    if (line.priced !== priced) throw new Error(`${part} is billed as ${line.priced} and as ${priced}`);
    line.units += units;
    this.#lines.set(part, line);
  }

  /** What was counted until now is forgotten: it was preparation. */
  reset(): void {
    this.#lines.clear();
  }

  lines(): Line[] {
    return [...this.#lines.values()];
  }
}

/** USD of a line. */
export const costOf = ({ priced, units }: Line): number => units * prices[priced].usd;
