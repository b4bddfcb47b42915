/** `npm run sample`: writes the sample event of a consumer, one SQS message with an event. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { storedEvents } from '#api/event-schemas.ts';
import { application } from '#application';
import { registry } from '#domain/index.ts';
import { runCommand, UsageError } from './arguments.ts';

const root = resolve(import.meta.dirname, '../..');

const usage = [
  'npm run sample -- --consumer sales --event OrderCreated',
  '',
  '  --consumer  the name of its folder; the sample is tests/events/<consumer>.json',
  '  --event     a type of event; its data is the sample of its definition',
].join('\n');

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

runCommand({
  usage,
  options: { consumer: { type: 'string' }, event: { type: 'string' } },
  async run({ consumer, event }) {
    const found = storedEvents.find(({ eventType }) => eventType === event);
    if (!consumer) throw new UsageError('--consumer: say whose sample to write.');
    if (!found) throw new UsageError(`--event ${event}: there are ${registry.eventTypes.join(', ')}.`);
    const file = `tests/events/${consumer}.json`;
    writeFileSync(
      resolve(root, file),
      `${JSON.stringify(sampleOf(consumer, found.example), undefined, 2)}\n`,
    );
    process.stdout.write(`${file}\n`);
  },
});
