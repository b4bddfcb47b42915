import type { Serverless } from '#resources/local/serverless.ts';

/** A consumer that gets a queue and a subscription with this deployment. */
export interface NewConsumer {
  name: string;
  isProjection: boolean;
}

/**
 * The subscribed consumers of the service whose queues the stack did not have before.
 * @param before the logical ids of the resources that it had
 */
export function newConsumers({ service }: Serverless, before: ReadonlySet<string>): NewConsumer[] {
  const endpoints = Object.values(service.resources?.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::SNS::Subscription')
    .map(({ Properties }) => JSON.stringify(Properties?.Endpoint));
  return service.getAllFunctions().flatMap((name) => {
    const { events = [], handler } = service.getFunction(name);
    const isNew = events.some(({ sqs }) => {
      const [queue = ''] = (sqs?.arn as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt'] ?? [];
      return sqs && endpoints.includes(JSON.stringify(sqs.arn)) && !before.has(queue);
    });
    return isNew ? [{ name, isProjection: handler.startsWith('functions/projections/') }] : [];
  });
}

/** What a deployment says of them, a line each. */
export function historyHints(consumers: readonly NewConsumer[], stage: string): string[] {
  return consumers.flatMap(({ name, isProjection }) => [
    `${name} is new: it receives what is appended from now on. For what was appended before:`,
    isProjection
      ? `  npm run ops -- rebuild --projection ${name} --stage ${stage}`
      : `  npm run ops -- backfill --consumer ${name} --from <day> --old --dry-run --stage ${stage}`,
  ]);
}
