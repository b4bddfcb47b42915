import { expect } from 'expect';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
import { ModuleMocker } from 'jest-mock';

/** What the unit tests take from `@jest/globals`, without Jest's runtime. */
export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test };

export const jest = new ModuleMocker(globalThis);
