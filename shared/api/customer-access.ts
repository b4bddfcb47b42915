import { forbidden, invalidInput } from '#kit/http/problem.ts';
import type { Caller } from '#kit/http/request.ts';
import { inputProblems } from '#kit/http/validation.ts';
import { customerId } from './fields.ts';

/**
 * The customer that a command is for: the one asked for, else the caller. Throws 403 for another than the caller
 * without orders:manage, 422 where the caller's own name (`sub`) cannot be a customer's.
 */
export function customerOf(caller: Caller, asked: string | undefined): string {
  if (asked === undefined) {
    const own = customerId.safeParse(caller.userId);
    if (!own.success)
      throw invalidInput(inputProblems(own.error).map((one) => ({ ...one, path: 'customerId' })));
    return own.data;
  }
  if (asked !== caller.userId && !caller.can('orders:manage')) {
    throw forbidden('Acting for another customer needs the scope orders:manage.');
  }
  return asked;
}
