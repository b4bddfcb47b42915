import type { MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import { createResolver } from '#resources/local/stack/intrinsics.ts';
import type { Template } from '#resources/local/stack/template.ts';
import type { Deployed } from './functions.ts';

const REGION = 'us-east-1';
const STAGE_PREFIX = /^orderstream-[^-]+-/;

interface FunctionProperties {
  Environment?: { Variables?: Record<string, unknown> };
}

export interface QueueProperties {
  VisibilityTimeout?: number;
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
}

export interface DeployedFunction {
  logicalId: string;
  createHandler: Deployed['createHandler'];
  /** Lambda's. */
  timeoutMs: number;
}

export interface Deployment {
  /** By the name in serverless.yml; only what the simulation runs. */
  functions: ReadonlyMap<string, DeployedFunction>;
  settingsOf(logicalId: string): Record<string, string>;
  resolve<T>(value: unknown): T;
  /** Resolved properties by logical id. */
  ofType<T>(type: string): [logicalId: string, properties: T][];
  /** The function that an ARN or name stands for. */
  functionOf(reference: string): string;
}

export type Mapping = MappingProperties;

/** Queries change nothing, and what they answer is tested elsewhere; so do operations that only look. */
const SIMULATED =
  /^functions\/(commands|projections|consumers|publisher|operations\/(audit|deadline-tick|redrive|republish|rebuild))\//;

/**
 * What a compiled template deploys, its references resolved to names of the fakes.
 *
 * @param runs the handlers to load, by the folder of their functions
 */
export async function readDeployment(template: Template, runs = SIMULATED): Promise<Deployment> {
  const resolver = createResolver({
    template,
    region: REGION,
    stackName: 'simulation',
    physical: (logicalId) => {
      const type = template.Resources[logicalId]?.Type;
      const arn = `arn:aws:local:${REGION}:000000000000:${logicalId}`;
      const ref =
        type === 'AWS::SQS::Queue'
          ? `https://queue/${logicalId}`
          : type?.startsWith('AWS::SNS')
            ? arn
            : logicalId;
      return {
        ref,
        attributes: { Arn: arn, StreamArn: `${arn}/stream`, QueueName: logicalId, QueueUrl: ref },
      };
    },
  });
  const functions = new Map<string, DeployedFunction>();
  const loading = Object.entries(template.Resources).map(async ([logicalId, { Type, Properties }]) => {
    if (Type !== 'AWS::Lambda::Function') return;
    const { FunctionName, Handler, Timeout } = Properties as {
      FunctionName: string;
      Handler: string;
      Timeout: number;
    };
    if (!runs.test(Handler)) return;
    const module = await import(`../../../${Handler.replace(/\.handler$/, '.ts')}`);
    functions.set(FunctionName.replace(STAGE_PREFIX, ''), {
      logicalId,
      createHandler: module.createHandler,
      timeoutMs: Timeout * 1_000,
    });
  });
  await Promise.all(loading);

  const resolve = <T>(value: unknown) => resolver.resolve<T>(value);
  const names = new Map([...functions].map(([name, { logicalId }]) => [logicalId, name]));
  return {
    functions,
    resolve,
    settingsOf(logicalId) {
      const properties = resolve<FunctionProperties>(template.Resources[logicalId]?.Properties ?? {});
      const variables = properties.Environment?.Variables ?? {};
      return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
    },
    ofType: <T>(type: string) =>
      Object.entries(template.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([id, { Properties }]) => [id, resolve<T>(Properties ?? {})]),
    functionOf(reference) {
      const logicalId = reference.split(':').at(-1) ?? '';
      return names.get(logicalId) ?? reference;
    },
  };
}
