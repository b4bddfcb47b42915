import { readBatchReport } from '#resources/local/event-source-mapping/batch-report.ts';
import { sqsRecord } from '#resources/local/event-source-mapping/sqs-record.ts';
import type { Message } from '#tests/properties/fakes/queue.ts';
import type { Ledger } from './ledger.ts';
import type { Machinery } from './machinery.ts';
import type { Route } from './routes.ts';

/** Takes batches of whatever is visible, several at a time, whenever something is. */
export function pollQueue(
  { clock, adversary, functions, during }: Machinery,
  ledger: Ledger,
  { consumer, queue, deadLetters, batchSize, concurrency }: Route,
): void {
  const now = () => clock.now();
  const random = adversary.random(`poller/${consumer}`);
  let inFlight = 0;
  let polls = 0;
  let planned: number | undefined;

  const plan = () => {
    const next = queue.nextVisibleAt();
    if (next === undefined || inFlight >= concurrency) return;
    const at = Math.max(next, now());
    if (planned !== undefined && planned <= at) return;
    planned = at;
    void clock.sleep(at - now() + random.between(0, 200)).then(() => {
      if (planned === at) planned = undefined;
      poll();
    });
  };

  function poll(): void {
    if (inFlight < concurrency) {
      const batch = queue.receive(random.between(1, Math.min(batchSize, 10)));
      if (batch.length > 0) hand(batch);
      for (const { messageId } of batch) {
        if (adversary.at(`receive/${consumer}/${polls++}`, 'received twice', 0.01))
          void during(again(messageId));
      }
    }
    plan();
  }

  async function again(messageId: string): Promise<void> {
    await clock.sleep(random.between(0, 2_000));
    const twin = queue.receiveAgain(messageId);
    if (twin) hand([twin], true);
    const moved = deadLetters.messages.get(messageId);
    if (moved) ledger.noteMoved(consumer, moved.body);
  }

  function hand(batch: Message[], early = false): void {
    inFlight++;
    void during(
      consume(batch, early).finally(() => {
        inFlight--;
        plan();
      }),
    );
  }

  async function consume(batch: Message[], early: boolean): Promise<void> {
    const Records = batch.map((message) => sqsRecord(onTheWire(message), queue.shape.arn));
    const { invocation, answer } = functions.start(consumer, { Records });
    if (early) Object.assign(invocation, { early, faults: invocation.faults + 1 });
    const end = ledger.begin(consumer, Records, invocation);
    const report = await answer.then(
      (result) =>
        readBatchReport(
          result,
          Records.map(({ messageId }) => messageId),
        ),
      () => ({ kind: 'failure' as const }),
    );
    end(report.kind === 'failure' ? 'crash' : report.kind === 'partial' ? report.failed : new Set());
    if (report.kind === 'failure') return;
    const done = Records.filter(
      ({ messageId }) => report.kind === 'success' || !report.failed.has(messageId),
    );
    await clock.sleep(random.between(1, 20));
    if (adversary.at(`${invocation.place}/delete`, 'delete lost', 0.01)) {
      invocation.faults++;
      return;
    }
    for (const { receiptHandle } of done) queue.delete(receiptHandle);
  }

  queue.onArrival = plan;
}

const onTheWire = (message: Message) => ({
  MessageAttributes: message.attributes,
  MessageId: message.messageId,
  ReceiptHandle: message.receiptHandle ?? '',
  Body: message.body,
  MD5OfBody: '',
  Attributes: {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SenderId: 'simulation',
  },
});
