import type { Replaced } from './modules.ts';

/** From the parent to the worker: run these tests, in this order, until one fails. */
export interface Request {
  replaced?: Replaced;
  /** Relative to the project. */
  tests: readonly string[];
  /** Run all of them, each with modules of its own, whatever fails. */
  survey?: boolean;
}

export interface FileResult {
  file: string;
  passed: boolean;
  /** The first test that failed, and why. */
  failure?: string;
  ms: number;
  /** Files of the project that it has loaded. */
  loaded?: string[];
}

/** From the worker to its parent. */
export type Response = FileResult[];
