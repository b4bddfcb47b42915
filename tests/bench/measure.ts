/** Runs of each side at least. */
export const ROUNDS = 5;

export interface Ratio {
  /** Ours by the other's: medians. */
  ratio: number;
  oursMs: number;
  theirsMs: number;
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
};

/**
 * How long ours takes against theirs: the two in turn, in this order and in the other, so that what the machine does beside hits both. A time
 * alone says nothing on a machine that others use.
 *
 * @param ours answers the ms that it took
 */
export async function ratioOf(
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
  rounds = ROUNDS,
): Promise<Ratio> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const side of inTurn) times[side].push(await (side === 'ours' ? ours : theirs)());
  }
  const ratios = times.ours.map((ms, index) => ms / (times.theirs[index] ?? Number.NaN));
  return { ratio: median(ratios), oursMs: median(times.ours), theirsMs: median(times.theirs) };
}

/** ms of a run. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
