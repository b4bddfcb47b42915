import type * as z from 'zod';
import type { EventRegistry } from '#kit/events/registry.ts';

/** What names an application, in its answers, metrics and logs. */
export interface ApplicationIdentity {
  /** The service where the deployment names none; also the middle of problem types (`urn:<name>:problem:…`). */
  readonly name: string;
  /** For people: the title of the API's description, the banner. */
  readonly title: string;
  /** CloudWatch namespace of the metrics. */
  readonly metricNamespace: string;
  /** Before each of our scopes in a token of Cognito (`<resourceServer>/<scope>`). */
  readonly resourceServer: string;
  /** Aggregate types whose ids may be email addresses: log lines show a pseudonym of those. */
  readonly personalAggregates: readonly string[];
}

/**
 * All that the kit knows of the domain that it runs: made once, in the domain's own code, and carried by the runtime.
 * Another domain is another one of these.
 */
export interface Application<Settings extends object = object> extends ApplicationIdentity {
  /** Every scope that a route may ask for. */
  readonly scopes: readonly string[];
  /** A UUID, of every id that is made from a name. Reaches storage: with another one no repeat is recognised. */
  readonly idNamespace: string;
  readonly registry: EventRegistry;
  /** The names of its projections, which are those of their consumers. */
  readonly projections: readonly string[];
  /** The settings that only this domain reads, by environment variable; the kit has its own (settings.ts). */
  readonly settings: z.ZodType<Settings>;
}
