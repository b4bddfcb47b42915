/**
 * In the bundles of functions, in place of the SDK's reader of event streams (`@smithy/core/event-streams`): no service that a function calls
 * answers with one. 15 KB of each bundle.
 */
export function eventStreamSerdeProvider(): never {
  throw new Error('bundles have no event streams: see alias in serverless.yml');
}

export class EventStreamSerde {
  constructor() {
    eventStreamSerdeProvider();
  }
}
