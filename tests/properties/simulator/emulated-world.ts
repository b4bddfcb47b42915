import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { application } from '#application';
import type { Endpoints } from '#resources/local/emulators/index.ts';
import { readBatchReport } from '#resources/local/event-source-mapping/batch-report.ts';
import { startMappings } from '#resources/local/event-source-mapping/index.ts';
import { createStack } from '#resources/local/stack/stack.ts';
import type { Template } from '#resources/local/stack/template.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';
import type { Adversary } from './adversary.ts';
import { realClock } from './clock.ts';
import type { Deployment, Mapping, QueueProperties } from './deployment.ts';
import { emulatorClients } from './emulator-clients.ts';
import { Functions } from './functions.ts';
import { Ledger } from './ledger.ts';
import { countSigns, expirations, isUnseen, watchEventLoop } from './slowness.ts';
import type { DeadLetter, World } from './world.ts';

export interface EmulatedWorldOptions {
  template: Template;
  deployment: Deployment;
  emulators: Endpoints;
  adversary: Adversary;
  /** Comes before every name, so that runs do not meet. */
  prefix: string;
}

interface Route {
  consumer: string;
  filterPolicy: object;
  maxReceiveCount: number;
  queueUrl: string;
  deadLettersUrl: string;
}

interface HeldLetter extends DeadLetter {
  queueUrl: string;
  deadLettersUrl: string;
  receiptHandle: string;
}

/** Seconds; more than a batch's window and a function's timeout. */
const VISIBILITY_TIMEOUT = 4;

/** Lambda's timeout: less than the visibility timeout, so that what ended is in nobody else's hands. */
const FUNCTION_MS = VISIBILITY_TIMEOUT * 500;

/** The compiled stack on the real emulators, its real event source mappings, and time as it passes. */
export async function emulatedWorld(options: EmulatedWorldOptions): Promise<World> {
  const { template, deployment, emulators, adversary, prefix } = options;
  const stack = await createStack(template, {
    emulators,
    prefix,
    queueAttributes: { VisibilityTimeout: VISIBILITY_TIMEOUT },
  });
  const clients = emulatorClients(emulators);
  const { dynamo, sns, sqs } = clients;
  const routes = routesOf(deployment, (logicalId) => stack.queues[logicalId]?.url ?? '');
  const consumers = new Set(routes.map(({ consumer }) => consumer));
  const ledger = new Ledger();
  const signs: string[] = [];
  const endWatch = watchEventLoop(FUNCTION_MS, (sign) => signs.push(sign));

  const functions = new Functions({
    clock: realClock,
    adversary,
    // Newer messages wait for minutes, which is too long for real time.
    applicationOf: () => application,
    perform: (service, command) =>
      (clients[service] as { send(command: object): Promise<unknown> }).send(command),
    deployed: new Map(
      [...deployment.functions].map(([name, { logicalId, createHandler }]) => [
        name,
        { createHandler, settings: { ...stack.environmentOf(logicalId), RETRY_BASE_SECONDS: '0' } },
      ]),
    ),
    timeoutMs: (name) => (name === 'audit' ? undefined : FUNCTION_MS),
    latency: () => 0,
    slow: (random) => random.between(100, 300),
    stale: () => 0,
    onTimeout(name, { isStalled }) {
      if (!isStalled) signs.push(`${name} had not ended after ${FUNCTION_MS / 1_000} s`);
    },
  });

  async function consume(consumer: string, event: SQSEvent, early: boolean): Promise<unknown> {
    const { invocation, answer } = functions.start(consumer, event);
    if (early) Object.assign(invocation, { early, faults: invocation.faults + 1 });
    const end = ledger.begin(consumer, event.Records, invocation);
    try {
      const result = await answer;
      const report = readBatchReport(
        result,
        event.Records.map(({ messageId }) => messageId),
      );
      end(report.kind === 'failure' ? 'crash' : report.kind === 'partial' ? report.failed : new Set());
      return result;
    } catch (error) {
      end('crash');
      throw error;
    }
  }

  let batches = 0;
  const names = new Map([...deployment.functions].map(([name, { logicalId }]) => [logicalId, name]));
  const mappings = startMappings(template, stack, (logicalId) => {
    const name = names.get(logicalId);
    if (!name) return undefined;
    return async (event) => {
      const place = `hop/${name}/${batches++}`;
      const run = (early = false) =>
        consumers.has(name)
          ? consume(name, event as SQSEvent, early)
          : functions.start(name, event as object).answer;
      if (adversary.at(`${place}/delay`, 'message delayed', 0.03)) {
        await realClock.sleep(adversary.random(`${place}/time`).between(100, 900));
      }
      // The same batch in a second hand at the same time; what that one answers is lost.
      if (adversary.at(`${place}/twice`, 'received twice', 0.03)) void run(true).catch(() => undefined);
      return run();
    };
  });

  let letters: HeldLetter[] = [];
  async function collectLetters(): Promise<void> {
    for (const { consumer, queueUrl, deadLettersUrl, maxReceiveCount } of routes) {
      for (let full = true; full; ) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: deadLettersUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 3_600,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          }),
        );
        full = Messages.length > 0;
        for (const { Body = '', ReceiptHandle = '', MessageAttributes = {}, Attributes = {} } of Messages) {
          const isSilent = MessageAttributes.errorName === undefined;
          if (isSilent && isUnseen(ledger.notesOf(consumer, Body), maxReceiveCount)) {
            signs.push(`${consumer} was not handed a message before its last receive`);
          }
          letters.push({
            consumer,
            body: Body,
            receiveCount: Number(Attributes.ApproximateReceiveCount),
            reason: Object.fromEntries(
              Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
            ),
            queueUrl,
            deadLettersUrl,
            receiptHandle: ReceiptHandle,
          });
        }
      }
    }
  }

  async function scan(hash: string): Promise<Item[]> {
    const [id] =
      deployment
        .ofType<{ KeySchema: { AttributeName: string }[] }>('AWS::DynamoDB::Table')
        .find(([, { KeySchema }]) => KeySchema[0]?.AttributeName === hash) ?? [];
    const items: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await dynamo.send(
        new ScanCommand({
          TableName: stack.tables[id ?? '']?.name,
          ExclusiveStartKey: start,
          ConsistentRead: true,
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }

  return {
    application,
    clock: realClock,
    patienceMs: 3_000,
    functions,
    ledger,
    subscriptions: routes,
    async deliver(consumer, body) {
      const route = routes.find((one) => one.consumer === consumer);
      await sqs.send(new SendMessageCommand({ QueueUrl: route?.queueUrl, MessageBody: body }));
    },
    async waitUntilIdle(work) {
      await work;
      await mappings.waitUntilIdle(90_000);
    },
    events: () => scan('streamId'),
    readModel: () => scan('pk'),
    async deadLetters() {
      await collectLetters();
      return letters;
    },
    async redrive(takes) {
      for (const letter of letters.filter(takes)) {
        const { queueUrl, deadLettersUrl, receiptHandle, body } = letter;
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLettersUrl, ReceiptHandle: receiptHandle }));
      }
      letters = letters.filter((letter) => !takes(letter));
    },
    ticks: false,
    slowness: () => countSigns([...signs, ...expirations(ledger.all())]),
    async close() {
      endWatch();
      await mappings.stop();
      for (const one of [dynamo, sns, sqs]) one.destroy();
    },
  };
}

function routesOf(deployment: Deployment, urlOf: (logicalId: string) => string): Route[] {
  const queues = new Map(deployment.ofType<QueueProperties>('AWS::SQS::Queue'));
  const mappings = deployment
    .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
    .map(([, mapping]) => mapping);
  return deployment
    .ofType<{ Endpoint: string; FilterPolicy: object }>('AWS::SNS::Subscription')
    .map(([, { Endpoint, FilterPolicy }]) => {
      const id = idOf(Endpoint);
      const redrive = queues.get(id)?.RedrivePolicy;
      const mapping = mappings.find(({ EventSourceArn }) => EventSourceArn === Endpoint);
      if (!redrive || !mapping) throw new Error(`${id} has no redrive policy or no mapping`);
      return {
        consumer: deployment.functionOf(mapping.FunctionName),
        filterPolicy: FilterPolicy,
        maxReceiveCount: Number(redrive.maxReceiveCount),
        queueUrl: urlOf(id),
        deadLettersUrl: urlOf(idOf(redrive.deadLetterTargetArn)),
      };
    });
}

const idOf = (arn: string): string => arn.split(':').at(-1) ?? '';
