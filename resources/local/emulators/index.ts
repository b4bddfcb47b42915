import { join } from 'node:path';
import { startDynoxide } from './dynoxide.ts';
import { startFauxqs } from './fauxqs.ts';

/** Where the emulated AWS answers. Plain data: another process can be handed it. */
export interface Endpoints {
  dynamodb: string;
  sns: string;
  sqs: string;
  region: string;
}

export interface Emulators extends Endpoints {
  /** The processes that were started. */
  pids: number[];
  /** Ends exactly what was started, and waits until it is gone. */
  stop(): Promise<void>;
  /** Calls back with its name when an emulator ends without having been stopped. */
  onUnexpectedExit(listener: (name: string) => void): void;
}

export interface EmulatorOptions {
  /** Where tables, streams, queues and messages are kept across restarts; in memory when absent. */
  dataDir?: string;
  /** A DynamoDB that runs already, instead of dynoxide. Default: the variable DYNAMODB_ENDPOINT. */
  dynamodbEndpoint?: string;
  region?: string;
}

/**
 * Starts DynamoDB (dynoxide) and SNS with SQS (fauxqs) on free loopback ports. Both end with this process,
 * even if it is killed, and keep no handle open that would keep it running.
 */
export async function startEmulators(options: EmulatorOptions = {}): Promise<Emulators> {
  const { dataDir, region = 'us-east-1' } = options;
  const endpoint = options.dynamodbEndpoint ?? process.env.DYNAMODB_ENDPOINT;
  const started = await Promise.allSettled([
    startDynoxide({
      ...(dataDir ? { dataDir: join(dataDir, 'dynamodb') } : {}),
      ...(endpoint ? { endpoint } : {}),
    }),
    startFauxqs(dataDir ? join(dataDir, 'messaging') : undefined),
  ]);
  const [dynamodb, messaging] = started;
  if (dynamodb.status === 'rejected' || messaging.status === 'rejected') {
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
    throw started.find((one) => one.status === 'rejected')?.reason;
  }
  const all = { dynoxide: dynamodb.value, fauxqs: messaging.value };
  let stopping = false;
  return {
    dynamodb: all.dynoxide.endpoint,
    sns: all.fauxqs.endpoint,
    sqs: all.fauxqs.endpoint,
    region,
    pids: Object.values(all).flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async stop() {
      stopping = true;
      await Promise.all(Object.values(all).map((one) => one.stop()));
    },
    onUnexpectedExit(listener) {
      for (const [name, one] of Object.entries(all)) one.onExit(() => !stopping && listener(name));
    },
  };
}
