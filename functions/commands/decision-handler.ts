import * as z from 'zod';
import * as fields from '#api/fields.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import type { NewEvent } from '#kit/events/event.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { type HttpLambda, httpHandler } from '#kit/http/handler.ts';

interface DecisionRoute<Command> {
  /** The function's name. */
  operation: string;
  scope: string;
  /** `by`: the id of the person who decides. */
  command: (decision: { by: string; note: string }) => Command;
}

/**
 * A person's decision, with a note, on the review or declaration of an order. It answers with the version and status of the review;
 * the consumer order-holds carries the decision to the order.
 */
export const decisionHandler = <State extends { status: string }, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  { operation, scope, command }: DecisionRoute<Command>,
): HttpLambda =>
  httpHandler(runtime, {
    scope,
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ note: fields.note }),
    async handle(request) {
      const { orderId } = request.params;
      const { version, state } = await handleCommand(runtime, aggregate, {
        aggregateId: orderId,
        command: command({ by: request.caller.userId, note: request.body.note }),
        metadata: commandMetadata(runtime, operation, request),
        expectedVersions: request.ifMatch,
      });
      return {
        status: 200,
        headers: { etag: etagOf(version) },
        body: { orderId, version, status: state.status },
      };
    },
  });
