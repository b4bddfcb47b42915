import { application } from '#application';
import { InvalidSettings, parseSettings } from '#kit/config/settings.ts';
import type { Serverless } from '#resources/local/serverless.ts';
import { InvalidConfiguration } from '#resources/variables.ts';

type Environment = Readonly<Record<string, unknown>>;

/**
 * Checks the environment of each function with the schemas that the function itself uses at its cold start. A value that CloudFormation fills
 * in is left out. Throws InvalidConfiguration, which names the function and the variables.
 */
export function checkEnvironments({ service }: Serverless): void {
  const ofAll = (service.provider.environment ?? {}) as Environment;
  for (const name of service.getAllFunctions()) {
    try {
      parseSettings(application.settings, {
        ...known(ofAll),
        ...known(service.getFunction(name).environment ?? {}),
      });
    } catch (error) {
      if (!(error instanceof InvalidSettings)) throw error;
      throw new InvalidConfiguration(`${name}: environment: ${error.message}`);
    }
  }
}

const known = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  );
