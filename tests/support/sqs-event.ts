import type { SQSEvent } from 'aws-lambda';
import type { StoredEvent } from '#kit/events/event.ts';

/** A batch as Lambda hands it to a consumer: one message an event, its id `m0`, `m1` … */
export const sqsEvent = (events: readonly StoredEvent[], receiveCount = 1): SQSEvent => ({
  Records: events.map((event, index) => ({
    messageId: `m${index}`,
    receiptHandle: `handle-${index}`,
    body: JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '1760000000000',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '1760000000000',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test',
    awsRegion: 'us-east-1',
  })),
});
