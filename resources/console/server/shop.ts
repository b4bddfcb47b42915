import type { EventRegistry } from '#kit/events/registry.ts';
import type { Projection } from '#kit/projections/projection.ts';
import type { Finder, FoundStream } from '../protocol.ts';
import type { Source } from './source.ts';

/** What the console has to be told of the application that it shows; everything else it reads from template and contract. */
export interface Shop {
  title: string;
  scopes: readonly string[];
  registry: EventRegistry;
  projections: readonly Projection[];
  /** Ways to find streams by something else than their id or type. */
  finders: readonly (Finder & { find(source: Source, value: string): Promise<FoundStream[]> })[];
  /** Where the API shows an aggregate, by its type. */
  views: Readonly<Record<string, ShownView>>;
  /** The operation's name in the contract, which is its function's. */
  operationIdOf(method: string, path: string): string;
  /** Plays a mix of requests against the local run. */
  demo?: { label: string; play(): Promise<void> };
}

export interface ShownView {
  /** `/orders/{orderId}` */
  path: string;
  /** Where the API lists the aggregate's events: `/orders/{orderId}/events`. */
  eventsPath?: string;
  /** The operation takes `asOf`. */
  takesAsOf?: true;
  /** The fields that a person looks for first. */
  highlights: readonly string[];
}
