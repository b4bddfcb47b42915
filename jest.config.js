import { availableParallelism } from 'node:os';

/** What every project and `npm run test:deploy` share. */
export const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.esbuild', '<rootDir>/.serverless', '<rootDir>/.local'],
  testTimeout: 60_000,
};

const inFolders = (...folders) => folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`);

const prepared = (by) => ({
  globalSetup: `<rootDir>/tests/support/${by}-setup.ts`,
  globalTeardown: `<rootDir>/tests/support/${by}-teardown.ts`,
});

/** Tests that share nothing. */
export const unit = { ...base, displayName: 'unit', testMatch: inFolders('unit') };

/** Tests that share the compiled template. */
const template = {
  ...base,
  displayName: 'template',
  testMatch: inFolders('deploy', 'docs'),
  ...prepared('template'),
};

/** All other tests: they share the emulators too. */
const emulators = {
  ...base,
  displayName: 'emulators',
  testMatch: inFolders('*'),
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/(unit|docs|deploy|console)/'],
  ...prepared('emulators'),
};

/**
 * jest prepares a project only if one of the selected tests belongs to it.
 *
 * @type {import('jest').Config}
 */
export default {
  projects: [unit, template, emulators],
  // jest takes it from here and not from the projects.
  testTimeout: base.testTimeout,
  // Most of a test's time is waiting, for emulators and for processes.
  maxWorkers: availableParallelism() + 1,
};
