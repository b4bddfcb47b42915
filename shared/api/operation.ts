import type * as z from 'zod';
import type { HttpProblem } from '#kit/http/problem.ts';
import type { Rule } from './problems.ts';

export const tags = {
  Orders: 'Placing orders, and what becomes of them.',
  Products: 'What can be ordered, and at what price.',
  Customers: 'Who orders. The name is joined to orders when they are read.',
  Payments: 'What a payment provider reports.',
  Inventory: 'Stock by SKU, of products that are tracked. What was never received is out of stock.',
  Reviews: 'Fraud reviews and customs declarations: what people decide before an order ships.',
  Reports: 'What consumers have made of the events.',
  Audit: 'The events themselves.',
  Service: 'The API itself.',
} as const;

/** An answer that is no error. */
export interface Answer {
  status: 200 | 201 | 304;
  description: string;
  /** JSON; absent where the body is something else or empty. */
  schema?: z.ZodType;
  example?: unknown;
  /** The body's media type where it is not JSON. */
  mediaType?: string;
  /** With a `?` not always. */
  headers?: readonly ('etag' | 'etag?' | 'location' | 'cacheControl')[];
}

/**
 * What a client is told of an operation beyond what its handler's route says. Lives in `openapi.ts` beside the
 * handler, which does not import it: bundles carry no texts. Method, path and token are the template's, input is
 * the route's schemas; of errors only those are named that do not follow from these.
 */
export interface OperationContract {
  tag: keyof typeof tags;
  /** One line, imperative, without a full stop. */
  summary: string;
  description: string;
  /** Of path and query, by name: an example, and what it means where resources/api-docs/parameters.ts says nothing. */
  parameters?: Readonly<Record<string, { description?: string; example?: string | number }>>;
  /** Bodies by name. */
  requests?: Readonly<Record<string, object>>;
  answers: readonly Answer[];
  /** It heeds If-Match. */
  ifMatch?: true;
  /** Rules that it may break. */
  rules?: readonly Rule[];
  /** Errors of its own. */
  problems?: readonly HttpProblem[];
}
