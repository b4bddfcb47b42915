import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type Policy, type PolicyRequest, react, reactsTo } from '#kit/events/policy.ts';
import { createConsumer } from './consume.ts';
import { each } from './handle-batch.ts';
import { createIdempotentEffect } from './idempotency.ts';
import { answerWithoutCommands } from './run-policy.ts';

/** Does to the outside what the policy said. A throw means: not done, as far as we know; try again. */
export interface Perform<Event, Effect> {
  (effect: Effect, event: Event): Promise<void>;
  /** A second time for the same event makes no difference: then nothing is written down around it. */
  readonly repeatable?: boolean;
}

/**
 * The Lambda handler of a consumer that answers an event with one effect outside (an email), or with none. The effect is
 * an idempotent one, see `createIdempotentEffect`; the policy runs inside it, so a repeat reads nothing. One that is `repeatable` runs as it is.
 * AWS calls: what the policy asks for, and a conditional put and an update for each event, unless the effect is repeatable.
 */
export function createEffectConsumer<Event extends StoredEvent, Effect>(
  runtime: Runtime,
  policy: Policy<Event, Effect | undefined>,
  perform: Perform<Event, Effect>,
): (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse> {
  return (batch, context) => {
    const once = perform.repeatable ? directly : createIdempotentEffect(runtime, context);
    const consume = createConsumer(
      runtime,
      each(async (event: Event) => {
        if (!reactsTo(policy, event)) return;
        await once(event.eventId, async () => {
          const effect = await react(policy, event, answer(event));
          if (effect !== undefined) await perform(effect, event);
        });
      }),
    );
    return consume(batch);
  };

  async function directly(_eventId: string, effect: () => Promise<void>): Promise<void> {
    await effect();
  }

  function answer(event: Event) {
    return async (request: PolicyRequest) => {
      if (request.type === 'outcomes')
        throw new Error(`${policy.consumer} has effects, and issues no commands`);
      return answerWithoutCommands(runtime, event, request);
    };
  }
}
