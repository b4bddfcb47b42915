import type { Item } from '#tests/properties/fakes/expression.ts';
import type { World } from '#tests/properties/simulator/world.ts';
import type { History } from './history.ts';

/** What a run has left behind. */
export interface Seen {
  history: History;
  world: World;
  /** See `readModelsOf`. */
  readModels: readonly (readonly Item[])[];
}
