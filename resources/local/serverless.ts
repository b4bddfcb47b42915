import type { FunctionEvent, Permissions } from '#resources/iam/role.ts';
import type { Resource } from './stack/template.ts';

/** What the plugins use of the Serverless Framework (osls 4, which ships no types). */
export interface Serverless {
  serviceDir: string;
  /** serverless.yml, its variables resolved; but for parameters of other stages. */
  configurationInput: { params?: unknown };
  service: {
    service: string;
    provider: {
      stage?: string;
      environment?: unknown;
      httpApi: {
        /** `false` where no web page may call the API. */
        cors?: { allowedOrigins?: string[] };
        authorizers: { jwt: { issuerUrl: unknown; audience: unknown[] } };
      };
      tracing?: { lambda?: boolean | string };
      compiledCloudFormationTemplate: unknown;
    };
    resources?: {
      Resources?: Record<string, Resource>;
      /** Over what the framework makes, by logical id. */
      extensions?: Record<string, { Properties?: Record<string, unknown> }>;
    };
    custom?: Record<string, Record<string, unknown> | undefined>;
    getAllFunctions(): string[];
    getFunction(name: string): FunctionDefinition;
  };
  pluginManager: {
    plugins: object[];
    hooks: Record<string, { pluginName?: string; hook: () => unknown }[]>;
    spawn(command: string): Promise<void>;
  };
  getProvider(name: 'aws'): {
    getStage(): string;
    getRegion(): string;
    /** The resources of the deployed stack (ListStackResources). Rejects where there is no stack. */
    getStackResources(): Promise<{ LogicalResourceId: string }[]>;
    naming: {
      getLambdaLogicalId(functionName: string): string;
      getLogGroupLogicalId(functionName: string): string;
      /** place-order → PlaceDashorder */
      getNormalizedFunctionName(functionName: string): string;
    };
  };
  configSchemaHandler: {
    defineFunctionProperties(provider: 'aws', schema: object): void;
    defineTopLevelProperty(name: string, schema: object): void;
  };
  processedInput: { commands: string[] };
  classes: { Error: new (message: string, code: string) => Error };
}

export interface FunctionDefinition {
  name: string;
  /** `functions/commands/place-order/handler.handler` */
  handler: string;
  environment?: Record<string, unknown>;
  events?: FunctionEvent[];
  permissions?: Permissions;
  role?: string;
  tracing?: boolean | string;
  package?: object;
}

export interface PluginUtils {
  log: {
    debug(...args: unknown[]): void;
    error(...args: unknown[]): void;
    info(...args: unknown[]): void;
    notice(...args: unknown[]): void;
    verbose(...args: unknown[]): void;
    warning(...args: unknown[]): void;
  };
}
