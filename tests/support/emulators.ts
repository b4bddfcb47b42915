import { randomUUID } from 'node:crypto';
import type { Endpoints } from '#resources/local/emulators/index.ts';

/** Where `emulators-setup.ts` leaves the endpoints of the pair that all test files share. */
export const sharedEmulatorsVariable = 'ORDERSTREAM_TEST_EMULATORS';

/**
 * The emulators that this run of jest shares, started once before all tests. Tests keep apart by name: give
 * every stack or queue a `uniquePrefix()`.
 */
export function sharedEmulators(): Endpoints {
  const endpoints = process.env[sharedEmulatorsVariable];
  if (!endpoints)
    throw new Error(
      'No shared emulators: this test belongs into a folder of the project `emulators` in jest.config.js',
    );
  return JSON.parse(endpoints) as Endpoints;
}

/** A prefix for the names of tables, topics and queues that no other test has. */
export const uniquePrefix = (): string => `t${randomUUID().slice(0, 8)}-`;
