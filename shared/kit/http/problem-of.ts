import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  AppendTooLarge,
  CommandIdReused,
  ConcurrencyConflict,
  VersionMismatch,
} from '#kit/event-store/errors.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { NewerEvent } from '#kit/events/unreadable-event.ts';
import { HttpProblem, invalidInput, malformedJson, unsupportedMediaType } from './problem.ts';

/** What a broken rule is to a client, by its kind. */
const BROKEN_RULE = {
  'not-found': [404, 'Not found'],
  'invalid-input': [422, 'Invalid input'],
  conflict: [409, 'Rule broken'],
} as const;

const THROTTLES = new Set([
  'ThrottlingException',
  'Throttling',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);

/** What a client is told of an error. Whatever is not named here is a 500 that says nothing. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof CommandRejected) return rejected(error);
  if (error instanceof VersionMismatch) {
    const detail = 'The resource has another version than If-Match names, or does not exist.';
    return new HttpProblem(412, { code: 'version-mismatch', title: 'Version mismatch', detail });
  }
  if (error instanceof ConcurrencyConflict) {
    const detail = 'Other commands on the same resource came first, time and again. Try again.';
    return new HttpProblem(409, { code: 'concurrency-conflict', title: 'Lost race', detail });
  }
  if (error instanceof CommandIdReused) {
    const detail = 'This Idempotency-Key was used before, with another request.';
    return new HttpProblem(422, { code: 'idempotency-key-reused', title: 'Idempotency-Key reused', detail });
  }
  if (error instanceof AppendTooLarge) {
    const detail = 'The command is too large to be stored.';
    return new HttpProblem(422, { code: 'command-too-large', title: 'Command too large', detail });
  }
  if (error instanceof NewerEvent) return unavailable(60);
  if (isThrottle(error) || isTimeout(error)) return unavailable();
  return parserProblem(error) ?? internal();
}

function rejected({ rule, kind, message }: CommandRejected): HttpProblem {
  const [status, title] = BROKEN_RULE[kind];
  return new HttpProblem(status, { code: rule.replaceAll('_', '-'), title, detail: message, rule });
}

/** @param seconds after which to try again */
const unavailable = (seconds = 1): HttpProblem =>
  new HttpProblem(503, {
    code: 'unavailable',
    title: 'Unavailable',
    detail: 'Too busy to answer. Try again, with the same Idempotency-Key where you sent one.',
    headers: { 'retry-after': String(seconds) },
  });

const internal = (): HttpProblem =>
  new HttpProblem(500, {
    code: 'internal-error',
    title: 'Internal error',
    detail: 'Something went wrong on our side. The correlationId finds it in the logs.',
  });

function isThrottle(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // By its name: its class would bring the client of DynamoDB into functions that have none.
  if (error.name === 'TransactionCanceledException') {
    const { CancellationReasons = [] } = error as TransactionCanceledException;
    return CancellationReasons.some(({ Code }) => /Throttling|ThroughputExceeded/.test(Code ?? ''));
  }
  return THROTTLES.has(error.name);
}

// Thrown by middy shortly before Lambda would end the function.
const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TimeoutError' && packageOf(error) === '@middy/core';

// The parser calls malformed JSON a 422; to us that is a body whose fields are wrong, `__proto__` among them.
function parserProblem(error: unknown): HttpProblem | undefined {
  if (packageOf(error) !== '@middy/http-json-body-parser') return undefined;
  const { statusCode, message, cause } = error as Error & { statusCode?: number; cause: { data?: unknown } };
  if (statusCode === 415) return unsupportedMediaType();
  if (!message.startsWith('Forbidden key')) return malformedJson();
  return invalidInput([{ path: String(cause.data), message: 'is not a known field' }]);
}

const packageOf = (error: unknown): unknown =>
  (error as { cause?: { package?: unknown } } | undefined)?.cause?.package;
