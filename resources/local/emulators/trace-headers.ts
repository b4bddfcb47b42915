/**
 * SQS keeps the X-Ray header of a send with the message, as SNS does with what it delivers, and hands it out as AWSTraceHeader.
 * fauxqs 2.4.1 drops it; patched at its own classes (they are not exported, hence the paths).
 */
import { AsyncLocalStorage } from 'node:async_hooks';

interface Request {
  headers: Record<string, string | undefined>;
  body?: { QueueUrl?: string };
}

interface Message {
  traceHeader?: string | undefined;
}

interface Queue {
  inflightMessages: Map<string, { message: Message }>;
}

interface Router {
  store: { getQueue(url: string): Queue | undefined };
  handle(request: Request, reply: unknown): Promise<unknown>;
}

interface Received {
  Messages?: { ReceiptHandle: string; Attributes?: Record<string, string> }[];
}

/** Patches the classes once; call it before `startFauxqs`. */
export async function keepTraceHeaders(): Promise<void> {
  const internal = (path: string) => import(new URL(path, import.meta.resolve('fauxqs')).href);
  const { SqsStore } = (await internal('./sqs/sqsStore.js')) as {
    SqsStore: { createMessage(...args: unknown[]): Message };
  };
  const { SqsRouter } = (await internal('./sqs/sqsRouter.js')) as { SqsRouter: { prototype: Router } };
  const { SnsRouter } = (await internal('./sns/snsRouter.js')) as { SnsRouter: { prototype: Router } };
  const ofRequest = new AsyncLocalStorage<string | undefined>();

  const { createMessage } = SqsStore;
  SqsStore.createMessage = (...args) =>
    Object.assign(createMessage.apply(SqsStore, args), { traceHeader: ofRequest.getStore() });

  for (const { prototype } of [SqsRouter, SnsRouter]) {
    const { handle } = prototype;
    prototype.handle = function (this: Router, request, reply) {
      return ofRequest.run(request.headers['x-amzn-trace-id'], () => handle.call(this, request, reply));
    };
  }

  const { handle } = SqsRouter.prototype;
  SqsRouter.prototype.handle = async function (this: Router, request, reply) {
    const answer = (await handle.call(this, request, reply)) as Received;
    const queue = this.store.getQueue(request.body?.QueueUrl ?? '');
    for (const { ReceiptHandle, Attributes } of answer.Messages ?? []) {
      const { traceHeader } = queue?.inflightMessages.get(ReceiptHandle)?.message ?? {};
      if (Attributes && traceHeader) Attributes.AWSTraceHeader = traceHeader;
    }
    return answer;
  };
}
