import { jest } from '@jest/globals';
import { application } from '#application';
import { createRuntime, type Runtime, type RuntimeParts } from '#kit/config/runtime.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { CallRecord, rightsFor } from './aws-calls.ts';
import { compiledTemplate } from './compiled-template.ts';
import { type System, startSystem } from './system.ts';

/** The whole stack, and everything that its functions call and log. */
export interface RecordedSystem {
  template: Template;
  system: System;
  called: CallRecord;
  /** Lines of all functions: of their loggers and metrics, and what Lambda logs of an error that was not caught. */
  logs: string[];
  /** The consumers' names and the URLs of their dead letters. */
  deadLetters: ReadonlyMap<string, string>;
  /** While this is set, no consumer reaches what its effect is written to. */
  outage: boolean;
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Runs it as Lambda does: what it throws is logged. */
  logged<Result>(run: () => Promise<Result>): Promise<Result>;
  /** What the function is given, recorded; it has no part in the outage. `fails` may throw in place of a call. */
  runtimeOf(name: string, parts?: RuntimeParts & { fails?: (command: object) => void }): Runtime;
  stop(): Promise<void>;
}

export async function startRecordedSystem(): Promise<RecordedSystem> {
  const template = await compiledTemplate();
  const called = new CallRecord();
  const logs = collectLogs();
  const consumers = deadLetterQueues(template);

  function recording(name: string, fails: (command: object) => void): RuntimeParts {
    const client = (service: 'dynamo' | 'sns' | 'sqs') => ({
      send: async (command: object) => {
        called.add(name, rightsFor(command, system.stack));
        fails(command);
        return (system[service] as { send(command: object): Promise<unknown> }).send(command);
      },
    });
    const { logger, metrics } = createRuntime(application, {
      settings: {
        STAGE: 'dev',
        AWS_LAMBDA_FUNCTION_NAME: name,
        ...(consumers.has(name) && { CONSUMER: name }),
      },
    });
    return {
      dynamo: client('dynamo') as unknown as Runtime['dynamo'],
      sns: client('sns') as unknown as Runtime['sns'],
      sqs: client('sqs') as unknown as Runtime['sqs'],
      sleep: async () => undefined,
      logger,
      metrics,
    };
  }

  function failInOutage(name: string, command: object): void {
    const { QueueUrl } = (command as { input: { QueueUrl?: string } }).input;
    if (the.outage && consumers.has(name) && QueueUrl === undefined) throw new Error('an outage');
  }

  const system = await startSystem({
    parts: (name) => recording(name, (command) => failInOutage(name, command)),
    // The first failure comes back, the second one is for good.
    settings: { MAX_RECEIVE_COUNT: '2' },
    // What is missing is for the test to tell, all of it at once.
    enforceRoles: false,
  });

  const the: RecordedSystem = {
    template,
    system,
    called,
    logs,
    deadLetters: new Map([...consumers].map(([name, id]) => [name, system.stack.queues[id]?.url ?? ''])),
    outage: false,
    invoke: (name, event) => the.logged(() => system.invoke(name, event)),
    async logged(run) {
      try {
        return await run();
      } catch (error) {
        logs.push(asLambdaLogs(error as Error));
        throw error;
      }
    },
    runtimeOf: (name, { fails = () => undefined, ...parts } = {}) =>
      system.runtimeOf(name, { ...recording(name, fails), ...parts }),
    async stop() {
      jest.restoreAllMocks();
      await system.stop();
    },
  };
  return the;
}

/** The lines of JSON that this process writes from now on, instead of writing them. */
function collectLogs(): string[] {
  const logs: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    jest.spyOn(stream, 'write').mockImplementation(((text: string, ...rest: []) => {
      if (!String(text).startsWith('{')) return write(text, ...rest);
      logs.push(...String(text).trim().split('\n'));
      return true;
    }) as typeof stream.write);
  }
  return logs;
}

/** By consumer, the logical id. */
const deadLetterQueues = ({ Resources }: Template): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(Resources)
      .filter(([id, { Type }]) => Type === 'AWS::SQS::Queue' && id.endsWith('DeadLetters'))
      .map(([id, { Properties }]) => [
        String(Properties?.QueueName).replace(/^orderstream-dev-|-dead-letters$/g, ''),
        id,
      ]),
  );

/** Name, message, stack and every enumerable property, also of causes (aws-lambda-nodejs-runtime-interface-client). */
const asLambdaLogs = (error: Error): string =>
  JSON.stringify(error, (_, value) =>
    value instanceof Error
      ? { errorType: value.name, errorMessage: value.message, ...value, stack: value.stack?.split('\n') }
      : value,
  );
