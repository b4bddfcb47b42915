import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { eventDefinitions } from '#domain/index.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { textsIn } from './texts-in.ts';

const root = resolve(import.meta.dirname, '../..');

type Properties = Record<string, unknown>;

/** A consumer as the compiled template has it. */
export interface Consumer {
  name: string;
  description: string;
  queue: Properties;
  deadLetters: Properties;
  subscription: Properties & { FilterPolicy: Record<string, unknown[]> };
  batchSize: number;
  /** Attribute of the filter → the deployment's parameter that its value comes from. */
  parameters: Record<string, string>;
}

/** Every consumer of the template, found by its subscription. */
export async function consumersOf(template: Template): Promise<Consumer[]> {
  const subscriptions = ofType(template, 'AWS::SNS::Subscription');
  return Promise.all(
    subscriptions.map(async ([, subscription]) => {
      const queueId = idOf(subscription.Endpoint);
      const queue = propertiesOf(template, queueId);
      const redrive = queue.RedrivePolicy as { deadLetterTargetArn: unknown };
      const [, mapping] =
        ofType(template, 'AWS::Lambda::EventSourceMapping').find(
          ([, { EventSourceArn }]) => idOf(EventSourceArn) === queueId,
        ) ?? [];
      if (!mapping) throw new Error(`nobody consumes ${queueId}`);
      const { Description, Handler } = propertiesOf(template, idOf(mapping.FunctionName));
      const folder = String(Handler).replace(/\/handler\.handler$/, '');
      return {
        name: folder.split('/').at(-1) ?? '',
        description: String(Description),
        queue,
        deadLetters: propertiesOf(template, idOf(redrive.deadLetterTargetArn)),
        subscription: subscription as Consumer['subscription'],
        batchSize: Number(mapping.BatchSize),
        parameters: await parametersIn(
          join(root, folder, 'consumer.yml'),
          Object.keys(subscription.FilterPolicy as object),
        ),
      };
    }),
  );
}

export const topicOf = (template: Template): Properties => ofType(template, 'AWS::SNS::Topic')[0]?.[1] ?? {};

/** The event types that a filter may let through; what it asks of other attributes depends on the event. */
export const eventTypesFor = ({ eventType, aggregateType }: Record<string, unknown[]>): string[] =>
  Object.values(eventDefinitions)
    .filter((one) => !eventType || eventType.includes(one.eventType))
    .filter((one) => !aggregateType || aggregateType.includes(one.aggregateType))
    .map((one) => one.eventType);

/** `country: [{ anything-but: ["${self:custom.parameters.homeCountry}"] }]` → { country: 'homeCountry' } */
async function parametersIn(file: string, attributes: string[]): Promise<Record<string, string>> {
  const { filter } = parse(await readFile(file, 'utf8')) as { filter: Record<string, unknown> };
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const parameter = textsIn(filter[attribute]).flatMap(
        (text) => /^\$\{self:custom\.parameters\.(\w+)\}$/.exec(text)?.[1] ?? [],
      )[0];
      return parameter ? [[attribute, parameter]] : [];
    }),
  );
}

const ofType = (template: Template, type: string): [string, Properties][] =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
    Type === type ? [[id, Properties]] : [],
  );

const propertiesOf = (template: Template, id: string): Properties => template.Resources[id]?.Properties ?? {};

function idOf(value: unknown): string {
  const { 'Fn::GetAtt': attribute, Ref } = value as { 'Fn::GetAtt'?: string[]; Ref?: string };
  const id = attribute?.[0] ?? Ref;
  if (!id) throw new Error(`no reference: ${JSON.stringify(value)}`);
  return id;
}
