/**
 * One stack's life on AWS (MiniStack's), in the order in which the tests stand: deployed by the real `sls deploy`,
 * used and looked at from outside only, deployed once more, removed. What runs are its artifacts: the built zip files.
 */
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import { say } from './say.ts';
import { deployStack, type Stack } from './stack.ts';
import { audit } from './steps/audit.ts';
import { failures } from './steps/failures.ts';
import { firstDeployment } from './steps/first-deployment.ts';
import { holdsAndDeadlines } from './steps/holds-and-deadlines.ts';
import { logs } from './steps/logs.ts';
import { operations } from './steps/operations.ts';
import { path } from './steps/path.ts';
import { rebuild } from './steps/rebuild.ts';
import { removal } from './steps/removal.ts';
import { schemaChange } from './steps/schema-change.ts';
import { secondDeployment } from './steps/second-deployment.ts';

let emulator: Emulator;
let stack: Stack;
let before: Inventory;

beforeAll(async () => {
  emulator = await startEmulator();
  before = await takeInventory(emulator);
  stack = await deployStack(emulator);
}, 300_000);

afterAll(async () => {
  await emulator?.stop();
}, 30_000);

beforeEach(() => say(expect.getState().currentTestName ?? ''));

describe('The first deployment', () => firstDeployment(() => stack));
describe('From the API to every consumer', () => path(() => stack));
describe('An order that is held or not paid', () => holdsAndDeadlines(() => stack));
describe('What cannot be handled', () => failures(() => stack));
describe('Operations', () => operations(() => stack));
describe('The audit', () => audit(() => stack));
describe('A rebuild', () => rebuild(() => stack));
describe('What was logged', () => logs(() => stack));
describe('The second deployment', () => secondDeployment(() => stack));
describe('A change of a schema', () => schemaChange(() => stack));
describe('The removal', () =>
  removal(
    () => stack,
    () => before,
  ));
