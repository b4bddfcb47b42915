import { AsyncLocalStorage } from 'node:async_hooks';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { application } from '#application';
import { documentClient } from '#kit/aws/document-client.ts';
import { createRuntime, type Runtime, type RuntimeParts } from '#kit/config/runtime.ts';
import type { HttpResult } from '#kit/http/response.ts';
import { type Invoke, type Mappings, startMappings } from '#resources/local/event-source-mapping/index.ts';
import { createStack, type Stack } from '#resources/local/stack/stack.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { sendTraceHeader } from '#tests/support/trace-header.ts';
import { compiledTemplate } from './compiled-template.ts';
import { sharedEmulators, uniquePrefix } from './emulators.ts';
import { enforcedRoles } from './enforced-roles.ts';
import { noMetrics } from './no-metrics.ts';
import { checkAnswer, operations } from './openapi.ts';

type AnyHandler = (event: unknown, context: unknown) => Promise<unknown>;

/** A module of functions/: what `import()` of a handler.ts brings. */
export interface HandlerModule {
  createHandler(runtime: Runtime): AnyHandler;
}

export interface System {
  stack: Stack;
  mappings: Mappings;
  /** A function by its name in serverless.yml, run in this process. Rejects where an operation's answer is outside the contract. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** A function by its name, with parts of its runtime replaced: a clock, a faulty client. */
  handlerOf(name: string, parts?: RuntimeParts): Promise<AnyHandler>;
  /** The runtime that a function is given, with its own settings. */
  runtimeOf(name: string, parts?: RuntimeParts): Runtime;
  dynamo: DynamoDBDocumentClient;
  sqs: SQSClient;
  sns: SNSClient;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Replaces parts of each function's runtime: a clock, a faulty client. */
  parts?: (functionName: string) => RuntimeParts;
  /** Which mappings run; all by default. */
  runs?: (functionName: string) => boolean;
  /** Attributes over the template's, for every queue. */
  queueAttributes?: Record<string, unknown>;
  settings?: Record<string, string>;
  /** Whether a function's calls are refused that its role does not allow, as on AWS; they are by default. */
  enforceRoles?: boolean;
}

/**
 * The whole compiled stack on the shared emulators, its handlers run in this process from their sources: a
 * command goes through stream, topic and queues as it does on AWS, with the rights that its function has there, and a
 * test can put a fault at any place.
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const template = await compiledTemplate();
  const emulators = sharedEmulators();
  const stack = await createStack(template, {
    emulators,
    prefix: uniquePrefix(),
    ...(options.queueAttributes && { queueAttributes: options.queueAttributes }),
  });
  const enforced = enforcedRoles(template, stack);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = (endpoint: string) => ({ region: emulators.region, endpoint, credentials });
  const dynamo = documentClient(new DynamoDBClient(client(emulators.dynamodb)));
  const sns = new SNSClient(client(emulators.sns));
  const sqs = new SQSClient(client(emulators.sqs));
  const traceHeader = new AsyncLocalStorage<string>();
  for (const one of [sns, sqs]) sendTraceHeader(one, () => traceHeader.getStore());

  const byName = new Map<string, { logicalId: string; path: string }>();
  for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { FunctionName, Handler } = Properties as { FunctionName: string; Handler: string };
    const name = FunctionName.replace(/^orderstream-dev-/, '');
    byName.set(name, { logicalId, path: `../../${Handler.replace(/\.handler$/, '.ts')}` });
  }

  function runtimeOf(name: string, parts: RuntimeParts = {}): Runtime {
    const found = byName.get(name);
    if (!found) throw new Error(`no function is called ${name}`);
    const clients = { dynamo, sns, sqs, ...options.parts?.(name), ...parts };
    return createRuntime(application, {
      logger: silentLogger(),
      metrics: noMetrics,
      ...clients,
      ...(options.enforceRoles !== false && enforced(name, clients)),
      settings: {
        ...stack.environmentOf(found.logicalId),
        RETRY_BASE_SECONDS: '0',
        HOP_LOG: 'event',
        ...options.settings,
        ...parts.settings,
      },
    });
  }

  const handlerOf = async (name: string, parts?: RuntimeParts): Promise<AnyHandler> => {
    const module: HandlerModule = await import(byName.get(name)?.path ?? '');
    return module.createHandler(runtimeOf(name, parts));
  };

  const handlers = new Map<string, Promise<AnyHandler>>();
  function invoke(name: string, event: unknown): Promise<unknown> {
    let handler = handlers.get(name);
    if (!handler) {
      handler = handlerOf(name);
      handlers.set(name, handler);
    }
    const answer = handler.then((run) => run(event, context));
    return operations.has(name) ? answer.then((result) => withinContract(name, result)) : answer;
  }

  const nameOf = new Map([...byName].map(([name, { logicalId }]) => [logicalId, name]));
  const mappings = startMappings(template, stack, (logicalId): Invoke | undefined => {
    const name = nameOf.get(logicalId) ?? '';
    if (options.runs && !options.runs(name)) return undefined;
    return (event, header) => traceHeader.run(header, () => invoke(name, event));
  });

  return {
    stack,
    mappings,
    invoke,
    handlerOf,
    runtimeOf,
    dynamo,
    sns,
    sqs,
    async stop() {
      await mappings.stop();
      for (const one of [dynamo, sns, sqs]) one.destroy();
    },
  };
}

function withinContract(name: string, result: unknown): unknown {
  checkAnswer(name, result as HttpResult);
  return result;
}

/** What Lambda passes beside the event, as far as the functions use it. */
const context = {
  functionName: 'test',
  awsRequestId: 'test',
  getRemainingTimeInMillis: () => 20_000,
};
