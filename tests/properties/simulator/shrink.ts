/**
 * The fewest faults that still fail, by delta debugging (Zeller, "Simplifying and Isolating Failure-Inducing Input"):
 * ever smaller parts are left out for as long as what remains fails. Gives up looking after `maxTries`.
 */
export async function shrink<T>(
  all: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  maxTries = 250,
): Promise<readonly T[]> {
  let kept = all;
  let parts = 2;
  let tries = 0;
  while (kept.length > 1 && tries < maxTries) {
    const size = Math.ceil(kept.length / parts);
    let smaller: readonly T[] | undefined;
    for (let start = 0; start < kept.length && !smaller && tries < maxTries; start += size) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)];
      tries++;
      if (await fails(without)) smaller = without;
    }
    if (smaller) {
      kept = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) {
      break;
    } else {
      parts = Math.min(kept.length, parts * 2);
    }
  }
  return kept;
}
