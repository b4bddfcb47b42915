import { application, type ShopRuntime } from '#application';
import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { paymentAggregate, type RecordPayment } from '#domain/payment/decisions.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { idOfParts } from '#kit/event-store/command-id.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { consumerMetadata } from '#kit/messaging/consumer-command.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { isOutcomeOf } from './outcome.ts';
import { type RefundGateway, type RefundRequest, refundGatewayOf } from './refund-gateway.ts';

/**
 * Carries out the refunds that were requested. A refund of which the outcome is known is not asked for again. AWS calls:
 * one consistent query a message, and a query and a put where the provider answers at once.
 */
export const createHandler = (
  runtime: ShopRuntime,
  gatewayOf: (runtime: ShopRuntime) => RefundGateway = refundGatewayOf,
) => {
  let gateway: RefundGateway | undefined;
  return createConsumer(
    runtime,
    each(async (event: DomainEvent) => {
      if (event.eventType !== 'RefundRequested') return;
      if (await isOutcomeKnown(runtime, event)) return;
      gateway ??= gatewayOf(runtime);
      const outcome = await gateway.refund(requestOf(runtime, event));
      if (outcome.outcome === 'pending') return;
      const { refundId, reason: _, ...facts } = event.data;
      const command: RecordPayment = { type: 'record', ...facts, ...outcome, reportId: refundId };
      await handleCommand(runtime, paymentAggregate, {
        aggregateId: event.aggregateId,
        command,
        metadata: consumerMetadata(runtime, 'refunds', event, event.streamId, command),
      });
    }),
  );
};

export const requestOf = (
  { application: { idNamespace } }: Pick<ShopRuntime, 'application'>,
  { aggregateId: paymentId, data }: DomainEventOf<'RefundRequested'>,
): RefundRequest => ({
  ...data,
  paymentId,
  idempotencyKey: idOfParts(idNamespace, ['refund', paymentId, data.refundId]),
});

async function isOutcomeKnown(
  runtime: ShopRuntime,
  { streamId, version, data }: DomainEventOf<'RefundRequested'>,
): Promise<boolean> {
  const since = await load<DomainEvent>(runtime, streamId, { after: version });
  return since.some((event) => isOutcomeOf(event, data.refundId));
}

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
