import { base } from '../../../jest.config.js';

/** `npm run test:deploy`: its tests are called *.rehearsal.ts, which `npm test` does not look for. */
export default {
  ...base,
  rootDir: '../../..',
  testMatch: ['<rootDir>/tests/deploy/rehearsal/**/*.rehearsal.ts'],
  globalSetup: '<rootDir>/tests/deploy/rehearsal/setup.ts',
  // One stack, told as one story.
  maxWorkers: 1,
  verbose: true,
};
