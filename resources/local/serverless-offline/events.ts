import { randomUUID } from 'node:crypto';
import { internal } from './modules.ts';

interface HttpEvent {
  requestContext: { requestId: string };
}

/** Every request of an HTTP API has the same `requestContext.requestId` there, where on AWS each has its own. */
export async function giveEachRequestAnId(): Promise<void> {
  const { default: Event } = await internal('./events/http/lambda-events/LambdaProxyIntegrationEventV2.js');
  const { prototype } = Event as { prototype: { create(): HttpEvent } };
  const { create } = prototype;
  prototype.create = function () {
    const event = create.call(this);
    event.requestContext.requestId = randomUUID();
    return event;
  };
}
