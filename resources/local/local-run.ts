import { join } from 'node:path';
import { cachedTemplate } from './cached-template.ts';
import { claimDataDir } from './data-dir.ts';
import { awsEnvironment } from './emulators/environment.ts';
import { type Emulators, startEmulators } from './emulators/index.ts';
import { fileCheckpoints } from './event-source-mapping/checkpoints.ts';
import { type Mappings, startMappings } from './event-source-mapping/index.ts';
import { Faults } from './faults.ts';
import { startGuardedProxy } from './guarded-proxy.ts';
import { invokeEndpoint } from './invoke-endpoint.ts';
import type { LoopbackProxy } from './loopback-proxy.ts';
import { assertPortsAreFree } from './ports.ts';
import { startOf } from './process-lock.mjs';
import type { Progress } from './progress.ts';
import {
  hopsPath,
  type Run,
  readRun,
  removeRun,
  runFilePath,
  sweepKilledRuns,
  writeRun,
} from './run-file.ts';
import type { Serverless } from './serverless.ts';
import { createStack, type Stack } from './stack/stack.ts';
import type { Template } from './stack/template.ts';

/** Two worker threads a consumer: a thread costs more than it brings on one machine. */
const concurrencyOfQueue = 2;
const longestWaitForInvocationsMs = 5_000;

/** Lambda's own, where a function sets none. */
const defaultTimeoutSeconds = 3;

interface FunctionProperties {
  FunctionName: string;
  Timeout?: number;
}

export interface LocalRunOptions {
  serverless: Serverless;
  httpPort: number;
  lambdaPort: number;
  dataDir?: string;
  warn: (message: string) => void;
  /** An emulator ended that should not have. */
  onBroken: (message: string) => void;
  /** Functions are to begin anew, since their environment has changed. */
  restartFunctions: () => Promise<void>;
}

/** Emulators, the stack in them, and the mappings between them and serverless-offline. */
export class LocalRun {
  readonly options: LocalRunOptions;
  #emulators: Emulators | undefined;
  #dynamodbForOthers: LoopbackProxy | undefined;
  #template: Template | undefined;
  #stack: Stack | undefined;
  #mappings: Mappings | undefined;
  #releaseDataDir: () => void = () => {};
  #faults: Faults | undefined;

  constructor(options: LocalRunOptions) {
    this.options = options;
  }

  /** Makes sure that the ports and the data directory are nobody else's. Throws Errors that say what to do. */
  async claim(): Promise<void> {
    const { serverless, httpPort, lambdaPort, dataDir } = this.options;
    await assertNotRunning(serverless.serviceDir, httpPort);
    await assertPortsAreFree(httpPort, lambdaPort);
    sweepKilledRuns(serverless.serviceDir);
    if (dataDir) this.#releaseDataDir = claimDataDir(dataDir);
  }

  /** Everything that the functions need before they are loaded. */
  async prepare(progress: Progress): Promise<void> {
    const { serverless, dataDir, onBroken } = this.options;
    const region = serverless.getProvider('aws').getRegion();
    const [emulators, template] = await Promise.all([
      progress.step('emulators', startEmulators({ region, ...(dataDir ? { dataDir } : {}) })),
      progress.step('template', cachedTemplate(serverless)),
    ]);
    this.#emulators = emulators;
    this.#template = template;
    // A DynamoDB of the user's own is theirs to protect.
    if (!process.env.DYNAMODB_ENDPOINT) this.#dynamodbForOthers = await startGuardedProxy(emulators.dynamodb);
    emulators.onUnexpectedExit((name) => onBroken(`${name} ended unexpectedly; everything stops.`));
    const stackName = `${serverless.service.service}-${serverless.getProvider('aws').getStage()}`;
    this.#stack = await progress.step(
      'tables, topic and queues',
      createStack(template, { emulators, stackName }),
    );
    useAsEnvironment(awsEnvironment(emulators));
    this.#setFunctionEnvironments(this.#stack);
  }

  /** What the run is made of, for the console. After `start()`. */
  get parts(): { template: Template; faults: Faults } {
    if (!this.#template || !this.#faults) throw new Error('it has not started');
    return { template: this.#template, faults: this.#faults };
  }

  /** Starts the mappings, once serverless-offline answers, and tells other processes where everything is. */
  start(): Run {
    const { serverless, httpPort, dataDir, warn } = this.options;
    const [stack, template] = [this.#stack, this.#template];
    if (!stack || !template) throw new Error('start() comes after prepare()');
    const run = this.#describe(stack);
    const faults = this.#createFaults(stack);
    this.#faults = faults;
    this.#mappings = startMappings(
      template,
      stack,
      (logicalId) => {
        const { FunctionName, Timeout = defaultTimeoutSeconds } = stack.resolve<FunctionProperties>(
          template.Resources[logicalId]?.Properties,
        );
        const queueUrl = stack.environmentOf(logicalId).QUEUE_URL;
        return faults.wrap(FunctionName, queueUrl, invokeEndpoint(run.lambdaUrl, FunctionName, Timeout));
      },
      {
        warn,
        concurrency: concurrencyOfQueue,
        pollSeconds: 0.5,
        ...(dataDir
          ? { checkpoints: (mapping) => fileCheckpoints(join(dataDir, 'checkpoints'), mapping) }
          : {}),
      },
    );
    writeRun(serverless.serviceDir, httpPort, run);
    return run;
  }

  /** Stops what was started. Invocations in flight get a moment; what they had comes again at the next start. */
  async stop(): Promise<void> {
    const waited = new Promise<void>((resolve) => setTimeout(resolve, longestWaitForInvocationsMs).unref());
    await Promise.race([this.#mappings?.stop(), waited]);
    await this.#dynamodbForOthers?.stop();
    await this.#faults?.stop();
    await this.#emulators?.stop();
    removeRun(this.options.serverless.serviceDir, this.options.httpPort);
    this.#releaseDataDir();
  }

  #createFaults(stack: Stack): Faults {
    const { serverless, restartFunctions } = this.options;
    const { service } = serverless;
    const names = new Map(service.getAllFunctions().map((name) => [service.getFunction(name).name, name]));
    return new Faults({
      stack,
      shortName: (fullName) => names.get(fullName) ?? fullName,
      mappings: () => this.#mappings?.all ?? [],
      async useDynamodb(endpoint) {
        for (const name of service.getAllFunctions()) {
          const { environment } = service.getFunction(name);
          if (environment) environment.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
        }
        await restartFunctions();
      },
    });
  }

  #setFunctionEnvironments(stack: Stack): void {
    const { serverless } = this.options;
    serverless.service.provider.environment = {};
    for (const name of serverless.service.getAllFunctions()) {
      const logicalId = serverless.getProvider('aws').naming.getLambdaLogicalId(name);
      // A line for each event: the terminal, the demo and the console follow each.
      serverless.service.getFunction(name).environment = {
        ...stack.environmentOf(logicalId),
        HOP_LOG: 'event',
      };
    }
  }

  #describe(stack: Stack): Run {
    const { serverless, httpPort, lambdaPort } = this.options;
    const { dynamodb, sns, sqs, region } = stack.emulators;
    const start = startOf(process.pid);
    const functions = serverless.service.getAllFunctions().map((name) => {
      const { name: fullName, environment } = serverless.service.getFunction(name);
      return [name, { name: fullName, environment: environment as Record<string, string> }];
    });
    return {
      pid: process.pid,
      ...(start !== undefined && { processStart: start }),
      startedAt: new Date().toISOString(),
      stage: serverless.getProvider('aws').getStage(),
      httpUrl: `http://127.0.0.1:${httpPort}`,
      lambdaUrl: `http://127.0.0.1:${lambdaPort}`,
      emulators: { dynamodb: this.#dynamodbForOthers?.endpoint ?? dynamodb, sns, sqs, region },
      tables: stack.tables,
      topics: stack.topics,
      queues: stack.queues,
      hopsFile: hopsPath(runFilePath(serverless.serviceDir, httpPort)),
      functions: Object.fromEntries(functions),
    };
  }
}

/** From now on this process and its workers know no AWS account but the emulated one. */
export function useAsEnvironment(environment: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, environment);
}

async function assertNotRunning(serviceDir: string, port: number): Promise<void> {
  const run = await readRun(serviceDir, port);
  if (!run) return;
  throw new Error(
    `It runs already, at ${run.httpUrl} (process ${run.pid}, see ${runFilePath(serviceDir, port)}). ` +
      'Stop it, or set HTTP_PORT and LAMBDA_PORT to other ports.',
  );
}
