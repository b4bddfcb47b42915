import type { Generations } from '#kit/projections/generations.ts';
import { generationsKey, type ItemKey, keyInFirstGeneration } from '#kit/projections/keys.ts';
import { isOfGeneration } from '#kit/projections/rebuild/scan.ts';
import { projections } from '#read-model/projections.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';

/**
 * The read model as it would be without generations: as queries read it, and where a rebuild has kept an old generation, as they
 * would after a rollback. What belongs to none of the two stays among the items: it is too much.
 */
export function readModelsOf(items: readonly Item[]): Item[][] {
  const others = items.filter(({ pk }) => !/^(PROJECTION|REBUILD)#/.test(String(pk)));
  const live = ofEachProjection(items, others, (generations) => generations.live);
  const kept = ofEachProjection(items, others, ({ live, other }) =>
    other?.phase === 'kept' ? other.generation : live,
  );
  return live.isEqual(kept.chosen) ? [live.items] : [live.items, kept.items];
}

function ofEachProjection(
  stored: readonly Item[],
  items: readonly Item[],
  choose: (generations: Generations) => number,
) {
  const chosen: number[] = [];
  let rest = [...items];
  for (const projection of projections) {
    const { pk } = generationsKey(projection.name);
    const found = stored.find((item) => item.pk === pk) as Generations | undefined;
    const generations = found ?? { live: 1, newest: 1 };
    const generation = choose(generations);
    chosen.push(generation);
    const known = [generations.live, ...(generations.other ? [generations.other.generation] : [])];
    rest = rest
      .filter((item) => !known.some((one) => one !== generation && isOfGeneration(projection, one, item)))
      .map((item) =>
        isOfGeneration(projection, generation, item) ? keyInFirstGeneration(item as ItemKey & Item) : item,
      );
  }
  return { items: rest, chosen, isEqual: (other: number[]) => String(other) === String(chosen) };
}
