import { base } from '../../jest.config.js';

/** `npm run test:console`: the console in a real browser. */
export default {
  ...base,
  displayName: 'console',
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/console/**/*.test.ts'],
  testTimeout: 60_000,
  // One browser after the other: what is measured is not to wait for another.
  maxWorkers: 1,
};
