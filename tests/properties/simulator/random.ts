import { v7 } from 'uuid';

// In the test runner's context each look at a global costs, and this runs for each character.
const { imul } = Math;

/** A source of random numbers that is a function of its seed alone. */
export interface Random {
  /** 0 ≤ n < 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  /** True with this probability. */
  hits(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
}

/** FNV-1a over text, with a last stir so that neighbouring seeds do not resemble each other. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = imul(value ^ (value >>> 16), 0x85ebca6b);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * Random numbers named by their place (`order-view/12/3`): what is drawn in one place does not depend on what was drawn in
 * another, so that a schedule with a fault less is the same schedule elsewhere. Mulberry32.
 */
export function randomOf(seed: number, place: string): Random {
  let state = hash(`${seed}|${place}`);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    hits: (probability) => next() < probability,
    pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number],
    shuffle(list) {
      const shuffled = [...list];
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = between(0, index);
        const kept = shuffled[index] as (typeof shuffled)[number];
        shuffled[index] = shuffled[other] as (typeof shuffled)[number];
        shuffled[other] = kept;
      }
      return shuffled;
    },
  };
}

/** UUIDs (v7) as our functions make them: in the order of time, and a function of the seed. */
export function seededIds(now: () => number, random: Random): () => string {
  let lastMs = 0;
  let seq = 0;
  return () => {
    seq = now() > lastMs ? 0 : seq + 1;
    lastMs = Math.max(lastMs, now());
    return v7({ msecs: lastMs, seq, random: Uint8Array.from({ length: 16 }, () => random.between(0, 255)) });
  };
}
