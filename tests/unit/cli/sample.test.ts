import { expect, test } from '@jest/globals';
import { node } from '#tests/support/scripts.ts';

const sample = (...args: string[]) => node(['resources/cli/sample.ts', ...args]);

test('npm run sample says which consumer or event it lacks, and writes nothing', async () => {
  expect(await sample('--event', 'OrderCreated')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('--consumer: say whose sample to write.'),
  });
  expect(await sample('--consumer', 'sales', '--event', 'OrderEaten')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^--event OrderEaten: there are .*OrderCreated/),
  });
});
