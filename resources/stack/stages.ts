import { z } from 'zod';
import { check, InvalidConfiguration } from '#resources/variables.ts';

const stages = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * Checks the parameters of all stages, as resources/stages.yml has them. Throws InvalidConfiguration for a parameter that
 * `default` does not have.
 */
export function checkStages(params: unknown): void {
  const { default: known = {}, ...others } = check(stages, params, 'resources/stages.yml');
  for (const [stage, parameters] of Object.entries(others)) {
    const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(known, name));
    if (unknown)
      throw new InvalidConfiguration(`resources/stages.yml: ${stage}: default has no parameter ${unknown}`);
  }
}
