import { historyHints, newConsumers } from './consumers/new-consumers.ts';
import { limitRoles } from './iam/boundary.ts';
import { addRoles, permissionsSchema } from './iam/roles.ts';
import type { PluginUtils, Serverless } from './local/serverless.ts';
import { bundleTogether } from './stack/bundle-together.ts';
import { checkEnvironments } from './stack/environment.ts';
import { allowOwnMessages } from './stack/recursive-loop.ts';
import { checkStages } from './stack/stages.ts';
import { type ResolveStackValue, stackValues } from './stack-values.ts';
import { InvalidConfiguration, type ResolveVariable } from './variables.ts';

interface VariableRequest {
  /** What follows `stack:`. */
  address?: string | null;
  resolveVariable: ResolveVariable;
}

/**
 * The Serverless plugin that derives the stack from the functions and consumers that serverless.yml lists. It adds the variables
 * `${stack:…}` (see `stackValues`) and a role for each function, and says after a deployment how a new consumer gets its history. An InvalidConfiguration ends the command with its message,
 * without a stack trace.
 */
export default class StackPlugin {
  readonly hooks: Record<string, () => unknown>;
  readonly configurationVariablesSources: Record<
    string,
    { resolve(request: VariableRequest): Promise<{ value: unknown }> }
  >;
  readonly #serverless: Serverless;
  readonly #log: PluginUtils['log'];
  /** Logical ids that the stack had before the deployment; absent where there was none. */
  #before: ReadonlySet<string> | undefined;

  constructor(serverless: Serverless, _options: object, { log }: PluginUtils) {
    this.#serverless = serverless;
    this.#log = log;
    const { configSchemaHandler } = serverless;
    configSchemaHandler.defineTopLevelProperty('consumers', { type: 'array', items: { type: 'string' } });
    configSchemaHandler.defineFunctionProperties('aws', { properties: { permissions: permissionsSchema } });
    this.configurationVariablesSources = { stack: { resolve: (request) => this.#resolve(request) } };
    this.hooks = {
      initialize: () => this.#withoutStackTrace(() => this.#initialize()),
      // Runs before the hook of serverless-esbuild, which serverless.yml lists later.
      'before:package:createDeploymentArtifacts': () => bundleTogether(this.#serverless, this.#log),
      'before:aws:deploy:deploy:createStack': () => this.#rememberStack(),
      'after:deploy:finalize': () => this.#tellHowToBackfill(),
    };
  }

  #initialize(): void {
    checkStages(this.#serverless.configurationInput.params);
    checkEnvironments(this.#serverless);
    addRoles(this.#serverless);
    allowOwnMessages(this.#serverless);
    limitRoles(this.#serverless);
  }

  async #rememberStack(): Promise<void> {
    try {
      const resources = await this.#serverless.getProvider('aws').getStackResources();
      this.#before = new Set(resources.map(({ LogicalResourceId }) => LogicalResourceId));
    } catch {
      // There is no stack yet, so no history either. Anything else the deployment itself meets next, and reports.
    }
  }

  #tellHowToBackfill(): void {
    if (!this.#before) return;
    const consumers = newConsumers(this.#serverless, this.#before);
    const hints = historyHints(consumers, this.#serverless.getProvider('aws').getStage());
    if (hints.length > 0) this.#log.notice(['', ...hints].join('\n'));
  }

  async #resolve({ address, resolveVariable }: VariableRequest): Promise<{ value: unknown }> {
    const [name = '', ...path] = (address ?? '').split('.');
    return this.#withoutStackTrace(async () => {
      const read: ResolveStackValue | undefined = stackValues[name];
      if (!read) throw new InvalidConfiguration(undefinedVariable(name, Object.keys(stackValues)));
      const { naming } = this.#serverless.getProvider('aws');
      return { value: partOf(await read(resolveVariable, naming), name, path) };
    });
  }

  /** The framework prints the stack trace of every error that is not one of its own. */
  async #withoutStackTrace<Result>(work: () => Result): Promise<Awaited<Result>> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InvalidConfiguration)) throw error;
      throw new this.#serverless.classes.Error(error.message, 'INVALID_CONFIGURATION');
    }
  }
}

/** Follows `path` into a value. */
function partOf(value: unknown, name: string, path: readonly string[]): unknown {
  let part = value;
  let variable = name;
  for (const key of path) {
    const fields = typeof part === 'object' && part !== null ? part : {};
    variable += `.${key}`;
    if (!Object.hasOwn(fields, key))
      throw new InvalidConfiguration(undefinedVariable(variable, Object.keys(fields)));
    part = (fields as Record<string, unknown>)[key];
  }
  return part;
}

const undefinedVariable = (variable: string, known: readonly string[]): string =>
  `\${stack:${variable}} is not defined; in its place can be: ${known.join(', ')}`;
