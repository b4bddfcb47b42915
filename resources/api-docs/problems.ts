import { rejectionOf } from '#api/problems.ts';
import {
  AppendTooLarge,
  CommandIdReused,
  ConcurrencyConflict,
  VersionMismatch,
} from '#kit/event-store/errors.ts';
import { MAX_BODY_BYTES } from '#kit/http/json-body.ts';
import {
  bodyTooLarge,
  type HttpProblem,
  invalidInput,
  malformedJson,
  notFound,
  notUtf8,
  scopeMissing,
  unauthenticated,
  unsupportedMediaType,
} from '#kit/http/problem.ts';
import { problemOf } from '#kit/http/problem-of.ts';
import type { Operation } from './operations.ts';

/**
 * Every error that the function of an operation may answer with, as the running code makes them: what follows from
 * its route (a scope, a body, an id in its path), what every command may meet, its rules, and its own.
 */
export function problemsOf({ route, contract, authorized }: Operation): HttpProblem[] {
  const throttled = Object.assign(new Error(), { name: 'ThrottlingException' });
  return [
    ...(authorized ? [unauthenticated()] : []),
    ...(route.scope ? [scopeMissing(route.scope)] : []),
    ...(route.params && route.malformedParams !== 422 ? [notFound()] : []),
    invalidInput([exampleError(route.body !== undefined)]),
    ...(route.body ? commandProblems() : []),
    ...(contract.ifMatch ? [problemOf(new VersionMismatch('', [1], 2))] : []),
    ...(contract.rules ?? []).map((rule) => problemOf(rejectionOf(rule))),
    ...(contract.problems ?? []),
    problemOf(undefined),
    problemOf(throttled),
  ];
}

const commandProblems = (): HttpProblem[] => [
  malformedJson(),
  notUtf8(),
  bodyTooLarge(MAX_BODY_BYTES),
  unsupportedMediaType(),
  problemOf(new CommandIdReused('')),
  problemOf(new AppendTooLarge('')),
  problemOf(new ConcurrencyConflict('', 1)),
];

const exampleError = (hasBody: boolean) =>
  hasBody
    ? { path: 'coupon', message: 'is not a known field' }
    : { path: 'page', message: 'is not a known field' };
