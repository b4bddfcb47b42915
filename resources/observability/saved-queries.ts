import { chunksOf } from '#kit/aws/chunks.ts';
import type { Resource } from '#resources/local/stack/template.ts';
import type { StackParts } from './parts.ts';

/** Log groups in one query of Logs Insights (CloudWatch Logs quotas). */
const MAX_LOG_GROUPS = 50;

/**
 * What Lambda itself logs about a function that ended before it could log anything. With the system's log level WARN it reports only
 * invocations that did not succeed.
 */
const CRASHED = '@message like /Task timed out|Runtime exited|Runtime.ExitError|OutOfMemory|platform.report/';

const ABOUT = 'eventType, streamId, version, correlationId, xray_trace_id';

/** How often, since when, and one correlation id to start with. */
const TIMES =
  'stats count(*) as times, earliest(@timestamp) as firstAt, latest(@timestamp) as lastAt, latest(correlationId) as lastCorrelationId';

/** The errors of shared/kit/events/unreadable-event.ts, which no retry can solve. */
const POISON =
  '"InvalidEnvelope", "UnknownEventType", "NewerSchemaVersion", "InvalidEventData", "EventMissing", "InvalidEventSequence"';

interface SavedQuery {
  /** The commands of CloudWatch Logs Insights, to be joined with a pipe. */
  text: string[];
  /** Searches the functions of these kinds only. */
  kinds?: string[];
  /** Searches these functions only. */
  names?: string[];
  /** Log groups besides those of the functions, by logical id. */
  besides?: string[];
}

/** One for each page of the runbook (docs/operations), and one of a request. They read the fields that shared/kit/observability writes. */
const queries: Record<string, SavedQuery> = {
  'Everything of one correlation id': {
    text: [
      `fields @timestamp, coalesce(consumer, function) as who, hop, message, ${ABOUT}, events, route, status, ms, receiveCount, coalesce(errorMessage, error.message) as reason`,
      'filter correlationId = "PUT THE CORRELATION ID HERE" or events like "PUT THE CORRELATION ID HERE" or requestId = "PUT IT HERE TOO"',
      'sort @timestamp asc',
    ],
    besides: ['HttpApiLogGroup'],
  },
  'A consumer fails': {
    text: [
      `filter (hop = "consumer" and message = "failed") or hop = "dead-letter" or ${CRASHED}`,
      'fields coalesce(errorName, error.name) as cause',
      `${TIMES} by @log, consumer, message, cause, fingerprint`,
      'sort times desc',
    ],
    kinds: ['consumers', 'projections'],
  },
  'A poison message': {
    text: [
      `fields @timestamp, consumer, errorName, errorMessage, fingerprint, ${ABOUT}`,
      `filter hop = "dead-letter" and errorName in [${POISON}]`,
      'sort @timestamp desc',
    ],
    kinds: ['consumers', 'projections'],
  },
  'The publisher was down': {
    text: [
      `filter message in ["published", "not published"] or ${CRASHED}`,
      'fields coalesce(code, error.name) as cause, coalesce(eventCount, 1) as many',
      'stats sum(many) as times by bin(5m) as period, message, cause',
      'sort period desc',
    ],
    kinds: ['publisher'],
  },
  'An event was altered': {
    text: [
      'fields @timestamp, change, streamId, version, sequenceNumber',
      'filter message = "event altered"',
      'sort @timestamp desc',
    ],
    kinds: ['publisher'],
  },
  'Deadlines are overdue': {
    text: [
      'fields @timestamp, message, sent, sentTo, overdueSeconds, overtaken, error.name',
      `filter message = "due events sent" or ${CRASHED}`,
      'sort @timestamp desc',
    ],
    names: ['deadline-tick'],
  },
  'Reviews are overdue': {
    text: [
      `fields @timestamp, ${ABOUT}`,
      'filter message = "appended" and eventType in ["FraudReviewEscalated", "CustomsDeclarationEscalated"]',
      'sort @timestamp desc',
    ],
    names: ['deadlines'],
  },
  'The view is wrong': {
    text: [
      `fields @timestamp, coalesce(consumer, function) as who, hop, message, ${ABOUT}, events, receiveCount, lag, coalesce(errorMessage, error.message) as reason`,
      'filter streamId = "PUT THE STREAM HERE, AS IN order-01a20841-31d2-7395-92c9-cbbd5feea05f" or events like "PUT THE STREAM HERE TOO"',
      'sort version asc, @timestamp asc',
    ],
  },
  'The audit says that something stays behind': {
    text: [
      'fields @timestamp, missing, redelivered, streams, reason, first.0.eventType, first.0.streamId, first.0.version, first.0.missingAt.0.consumer',
      'filter message in ["events are missing", "audited"]',
      'sort @timestamp desc',
    ],
    names: ['audit'],
  },
  'The API fails': {
    text: [
      // The access log of the gateway has what the functions could not log.
      `filter message = "request failed" or (ispresent(functionMs) and status >= 500) or ${CRASHED}`,
      'fields coalesce(error.name, integrationError) as cause',
      `${TIMES} by @log, route, status, cause, error.message`,
      'sort times desc',
    ],
    kinds: ['commands', 'queries'],
    besides: ['HttpApiLogGroup'],
  },
};

/**
 * The saved queries of CloudWatch Logs Insights. One that searches more log groups than a query may is several, of which
 * the second is called `<name> (2)`: run each of them.
 */
export const savedQueryResources = (parts: StackParts): Record<string, Resource> =>
  Object.fromEntries(
    Object.entries(queries).flatMap(([name, query]) =>
      chunksOf(logGroupsOf(query, parts), MAX_LOG_GROUPS).map((logGroups, index) => [
        `${logicalId(name)}${index === 0 ? '' : index + 1}`,
        {
          Type: 'AWS::Logs::QueryDefinition',
          Properties: {
            Name: `${parts.name}/${name}${index === 0 ? '' : ` (${index + 1})`}`,
            QueryString: query.text.join('\n| '),
            LogGroupNames: logGroups.map((logGroup) => ({ Ref: logGroup })),
          },
        },
      ]),
    ),
  );

function logGroupsOf({ kinds, names, besides = [] }: SavedQuery, { functions }: StackParts): string[] {
  const searched = functions
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
    .filter(({ name }) => names === undefined || names.includes(name));
  return [...searched.map(({ logGroup }) => logGroup), ...besides];
}

/** A consumer fails → AConsumerFailsQuery */
const logicalId = (name: string): string =>
  `${name
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Query`;
