import { keyInFirstGeneration, partitionInGeneration } from '#kit/projections/keys.ts';
import type { Bench } from './bench.ts';

/** What stands in a generation, as it would stand in the first. */
export async function views(bench: Bench, generation: number): Promise<{ pk: string; sk: string }[]> {
  const prefixes = ['COUNTER#', 'KEEPER#'].map((kind) => partitionInGeneration(generation, kind));
  const items = (await bench.items('')) as { pk: string; sk: string }[];
  return items
    .filter(({ pk }) => prefixes.some((prefix) => pk.startsWith(prefix)))
    .map((item) => keyInFirstGeneration(item));
}

/** The versions of these views, by the ids of their aggregates. */
export async function versions(bench: Bench, generation: number): Promise<Record<string, number>> {
  const items = (await views(bench, generation)) as unknown as {
    counterId?: string;
    keeperId: string;
    version: number;
  }[];
  return Object.fromEntries(
    items.map(({ counterId, keeperId, version }) => [counterId ?? keeperId, version]),
  );
}
