/** `npm run sample -- <consumer> <EventType>`: writes the consumer's sample event, one SQS message with this event. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { storedEvents } from '#api/event-schemas.ts';
import { application } from '#application';
import { registry } from '#domain/index.ts';

const root = resolve(import.meta.dirname, '../..');

function main([consumer, eventType]: string[]): void {
  const found = storedEvents.find((event) => event.eventType === eventType);
  if (!consumer || !found) {
    console.error(`npm run sample -- <consumer> <${registry.eventTypes.join(' | ')}>`);
    process.exitCode = 2;
    return;
  }
  const file = `tests/events/${consumer}.json`;
  writeFileSync(resolve(root, file), `${JSON.stringify(sampleOf(consumer, found.example), undefined, 2)}\n`);
  console.log(file);
}

function sampleOf(consumer: string, example: Record<string, unknown>) {
  const event = registry.upcast(example);
  const body = JSON.stringify(event);
  const attributes = Object.entries(registry.messageAttributes(event)).map(([name, value]) => [
    name,
    {
      stringValue: String(value),
      stringListValues: [],
      binaryListValues: [],
      dataType: typeof value === 'number' ? 'Number' : 'String',
    },
  ]);
  const record = {
    messageId: '00000000-0000-4000-8000-000000000001',
    receiptHandle: 'sample',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.parse(event.metadata.timestamp)),
      SenderId: 'sample',
      ApproximateFirstReceiveTimestamp: String(Date.parse(event.metadata.timestamp)),
    },
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${application.name}-dev-${consumer}`,
    awsRegion: 'us-east-1',
  };
  return { Records: [record] };
}

main(process.argv.slice(2));
