import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type Policy, type PolicyRequest, react, reactsTo } from '#kit/events/policy.ts';
import { createConsumer } from './consume.ts';
import { each } from './handle-batch.ts';
import { createIdempotentEffect } from './idempotency.ts';
import { answerWithoutCommands } from './run-policy.ts';

/** Does to the outside what the policy said. A throw means: not done, as far as we know; try again. */
export type Perform<Event, Effect> = (effect: Effect, event: Event) => Promise<void>;

export interface Effects<Event, Effect> {
  /** What must not happen twice for an event: an idempotent effect, see `createIdempotentEffect`. */
  once?: Perform<Event, Effect>;
  /**
   * What may happen again for the same event and then makes no difference, such as a record of what was done. It follows
   * `once`, at each delivery: where it fails, or the process dies before it, the next one makes up for it alone.
   */
  repeatable?: Perform<Event, Effect>;
}

/**
 * The Lambda handler of a consumer that answers an event with an effect outside (an email), or with none.
 * AWS calls: what the policy asks for, at each delivery; a conditional put and an update for each effect that happens `once`.
 */
export function createEffectConsumer<Event extends StoredEvent, Effect>(
  runtime: Runtime,
  policy: Policy<Event, Effect | undefined>,
  { once, repeatable }: Effects<Event, Effect>,
): (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse> {
  return (batch, context) => {
    const idempotently = once && createIdempotentEffect(runtime, context);
    const consume = createConsumer(
      runtime,
      each(async (event: Event) => {
        if (!reactsTo(policy, event)) return;
        const effect = await react(policy, event, answer(event));
        if (effect === undefined) return;
        if (once) await idempotently?.(event.eventId, () => once(effect, event));
        await repeatable?.(effect, event);
      }),
    );
    return consume(batch);
  };

  function answer(event: Event) {
    return async (request: PolicyRequest) => {
      if (request.type === 'outcomes')
        throw new Error(`${policy.consumer} has effects, and issues no commands`);
      return answerWithoutCommands(runtime, event, request);
    };
  }
}
