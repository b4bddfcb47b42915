import { FakeSns } from '#tests/properties/fakes/sns.ts';
import type { Table } from '#tests/properties/fakes/table.ts';
import type { Design } from './designs.ts';
import type { Meter } from './meter.ts';
import { MeteredDynamo } from './metered-dynamo.ts';
import type { Route } from './routes.ts';

export interface MeteredAwsOptions {
  meter: Meter;
  design: Design;
  tables: readonly Table[];
  /** The logical id of the events table. */
  eventsTable: string;
  routes: readonly Route[];
  now: () => number;
}

/** DynamoDB, SNS and SQS as fakes behind the edge of the SDK; what they would bill is counted. */
export class MeteredAws {
  readonly #meter: Meter;
  readonly #design: Design;
  readonly #eventsTable: string;
  readonly #routes: readonly Route[];
  readonly #now: () => number;
  readonly #dynamo: MeteredDynamo;
  readonly #sns: FakeSns;

  constructor({ meter, design, tables, eventsTable, routes, now }: MeteredAwsOptions) {
    this.#meter = meter;
    this.#design = design;
    this.#eventsTable = eventsTable;
    this.#routes = routes;
    this.#now = now;
    this.#dynamo = new MeteredDynamo(tables, now);
    this.#sns = new FakeSns(
      routes.map((route) => ({
        consumer: route.consumer,
        takes: route.takes,
        deliver: ({ body, attributes }) => {
          meter.add('SQS, sends by SNS', 'sqsRequest', Math.ceil(Buffer.byteLength(body) / 65_536));
          route.waiting.push({ since: now(), body, attributes });
        },
      })),
    );
  }

  /** A call of the function `name`. */
  perform(name: string, command: object): unknown {
    const kind = command.constructor.name;
    const { input } = command as { input: Record<string, unknown> };
    if (kind === 'PublishBatchCommand') {
      const entries = input.PublishBatchRequestEntries as { Message: string; MessageAttributes?: object }[];
      const sizes = entries.map(
        ({ Message, MessageAttributes = {} }) =>
          Buffer.byteLength(Message) + Buffer.byteLength(JSON.stringify(MessageAttributes)),
      );
      const bytes = sizes.reduce((sum, one) => sum + one, 0);
      this.#meter.add('SNS, publishes', 'publish', Math.ceil(bytes / 65_536));
      this.#meter.add('events published', 'eventBridgeEvent', entries.length);
      if (this.#design.bodyFilters) {
        this.#meter.add(
          'SNS, filters over the body',
          'bodyFilterGigabyte',
          (bytes * this.#routes.length) / 1e9,
        );
      }
      return this.#sns.perform(command as never);
    }
    if (typeof input.QueueUrl === 'string') return this.#toQueue(kind, input);
    return this.#dynamo.perform(command as never, ({ table, index, kind: access, units, partition }) => {
      if (partition !== undefined)
        this.#meter.wrote(index ? `${table}, index ${index}` : table, partition, units);
      const part = this.#partOf(name, table, index);
      if (access === 'write') this.#meter.add(`DynamoDB writes, ${part}`, 'writeUnit', units);
      else this.#meter.add('DynamoDB reads', 'readUnit', units);
    });
  }

  /** Of the events table by its indexes; of every other table by who writes. */
  #partOf(name: string, table: string, index: string | undefined): string {
    if (table === this.#eventsTable) return index ? `index ${index}` : 'events';
    if (table === 'IdempotencyTable' && this.#design.around) return 'idempotency';
    return this.#routes.some(({ consumer }) => consumer === name) ? name : 'others';
  }

  #toQueue(kind: string, input: Record<string, unknown>): unknown {
    const route = this.#routes.find(({ queueUrl }) => queueUrl === input.QueueUrl);
    const entries = (input.Entries ?? [input]) as {
      Id?: string;
      MessageBody?: string;
      MessageAttributes?: Route['waiting'][number]['attributes'];
    }[];
    if (!/^SendMessage(Batch)?Command$/.test(kind))
      throw new Error(`the bill has no ${kind}: a consumer failed`);
    if (!route)
      throw new Error(`a message to ${input.QueueUrl}: a consumer failed: ${JSON.stringify(input)}`);
    this.#meter.add('SQS, sends', 'sqsRequest');
    for (const { MessageBody = '', MessageAttributes = {} } of entries) {
      route.waiting.push({ since: this.#now(), body: MessageBody, attributes: MessageAttributes });
    }
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  }
}
