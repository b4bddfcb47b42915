// One saved query of CloudWatch Logs Insights for each page of the runbook (docs/operations). They read the fields that
// shared/kit/observability writes. Read by serverless.yml.

const { partsOf } = require('./parts.cjs');

/** What Insights searches at once (CloudWatch Logs quotas). */
const MAX_LOG_GROUPS = 50;

/** What Lambda itself says of a function that did not live to say anything: lines of plain text. */
const CRASHED = '@message like /Task timed out|Runtime exited|Runtime.ExitError|OutOfMemory/';

const ABOUT = 'eventType, streamId, version, correlationId, xray_trace_id';

/** How often, since when, and one to begin with. */
const TIMES =
  'stats count(*) as times, earliest(@timestamp) as firstAt, latest(@timestamp) as lastAt, latest(correlationId) as lastCorrelationId';

/** What no repetition makes readable: the errors of shared/domain/unreadable-event.ts. */
const POISON =
  '"InvalidEnvelope", "UnknownEventType", "NewerSchemaVersion", "InvalidEventData", "InvalidEventSequence"';

const queries = {
  'Everything of one correlation id': {
    text: [
      `fields @timestamp, coalesce(consumer, function) as who, hop, message, ${ABOUT}, route, status, ms, receiveCount, coalesce(errorMessage, error.message) as reason`,
      'filter correlationId = "PUT THE CORRELATION ID HERE"',
      'sort @timestamp asc',
    ],
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
      'fields coalesce(code, error.name) as cause',
      'stats count(*) as events by bin(5m) as period, message, cause',
      'sort period desc',
    ],
    kinds: ['publisher'],
  },
  'The view is wrong': {
    text: [
      `fields @timestamp, coalesce(consumer, function) as who, hop, message, ${ABOUT}, receiveCount, lag, coalesce(errorMessage, error.message) as reason`,
      'filter streamId = "PUT THE STREAM HERE, AS IN order-01a20841-31d2-7395-92c9-cbbd5feea05f"',
      'sort version asc, @timestamp asc',
    ],
  },
  'The audit says that something stays behind': {
    text: [
      'fields @timestamp, missing, healed, streams, reason, first.0.eventType, first.0.streamId, first.0.version, first.0.lackedBy.0.consumer',
      'filter message in ["events are missing", "audited"]',
      'sort @timestamp desc',
    ],
    functions: ['audit'],
  },
  'The API fails': {
    text: [
      // The gateway's own log has what the functions could not say.
      `filter message = "request failed" or (ispresent(functionMs) and status >= 500) or ${CRASHED}`,
      'fields coalesce(error.name, integrationError) as cause',
      `${TIMES} by @log, route, status, cause, error.message`,
      'sort times desc',
    ],
    kinds: ['commands', 'queries'],
    besides: ['HttpApiLogGroup'],
  },
};

module.exports.resources = async ({ resolveVariable }) => {
  const { name: prefix, functions } = await partsOf(resolveVariable);
  const Resources = {};
  for (const [name, { text, kinds, functions: names, besides = [] }] of Object.entries(queries)) {
    const ofFunctions = functions
      .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
      .filter((one) => names === undefined || names.includes(one.name));
    const searched = [...ofFunctions.map(({ logGroup }) => logGroup), ...besides];
    if (searched.length > MAX_LOG_GROUPS) {
      throw new Error(`"${name}" would search ${searched.length} log groups; ${MAX_LOG_GROUPS} are possible`);
    }
    Resources[`${name.replace(/(?:^| )(\w)/g, (_, letter) => letter.toUpperCase())}Query`] = {
      Type: 'AWS::Logs::QueryDefinition',
      Properties: {
        Name: `${prefix}/${name}`,
        QueryString: text.join('\n| '),
        LogGroupNames: searched.map((logGroup) => ({ Ref: logGroup })),
      },
    };
  }
  return { Resources };
};
