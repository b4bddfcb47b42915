/** List prices of us-east-1 in USD, read in November 2026, by what is counted. */
export const prices = {
  httpRequest: { usd: 1.0 / 1e6, what: 'requests' },
  writeUnit: { usd: 0.625 / 1e6, what: 'write units' },
  readUnit: { usd: 0.125 / 1e6, what: 'read units' },
  /** Each 64 KB of a publish is a request. */
  publish: { usd: 0.5 / 1e6, what: 'publishes of 64 KB' },
  /** Filter policies over the body; over attributes they are free. */
  bodyFilterGigabyte: { usd: 0.09, what: 'GB filtered' },
  sqsRequest: { usd: 0.4 / 1e6, what: 'requests' },
  invocation: { usd: 0.2 / 1e6, what: 'invocations' },
  /** arm64. */
  gigabyteSecond: { usd: 0.0000133334, what: 'GB-s' },
  logKilobyte: { usd: 0.5 / 1e6, what: 'KB' },
  trace: { usd: 5 / 1e6, what: 'traces' },
  /** Each 64 KB of an event is one. */
  eventBridgeEvent: { usd: 1.0 / 1e6, what: 'events of 64 KB' },
} as const;

export const PRICES_READ = '2026-11';

export type Priced = keyof typeof prices;

/** What no emulator can tell: assumptions, the same for every design. */
export const assumptions = {
  /** ms of an invocation's own work, and of each round of AWS calls that it waits for. */
  workMs: 3,
  callMs: 6,
  /** Lambda traces the first request of each second and 5 % of the rest. Under load that is 5 %; at a trickle it is all of them. */
  sampled: { load: 0.05, trickle: 1 },
  /** The lines START, END and REPORT of an invocation, where the stage does not leave them out. */
  systemLogBytes: 373,
} as const;
