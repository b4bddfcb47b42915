import type * as z from 'zod';
import { dottedPath, type Problem } from '#kit/events/field-errors.ts';

/** Parses one part of a request, or adds what is wrong with it to `problems`. */
export function parsePart<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  problems: Problem[],
): Value | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  problems.push(...inputProblems(parsed.error));
  return undefined;
}

/** One problem a field, also for each of several fields that no schema knows. */
const inputProblems = (error: z.ZodError): Problem[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: dottedPath([...issue.path, key]), message: 'is not a known field' }))
      : [{ path: dottedPath(issue.path), message: messageOf(issue) }],
  );

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.input === undefined && issue.message.endsWith('received undefined')
    ? 'is required'
    : issue.message;
}
