import { expect, test } from '@jest/globals';
import { compile } from '#tests/support/compiled-template.ts';
import { run } from '#tests/support/scripts.ts';
import { REGION } from './emulator.ts';
import { program } from './python.ts';

/** Of cfn-lint's errors and warnings; a reason for each. */
const notOurs = [
  // Depending on what is referred to anyway: osls writes it so for every route.
  'W3005',
];

test('cfn-lint takes the templates of dev, staging and prod for valid CloudFormation', async () => {
  const compiled = await Promise.all(['dev', 'staging', 'prod'].map((stage) => compile(stage)));
  try {
    const paths = compiled.map(({ templatePath }) => templatePath);
    const args = ['--regions', REGION, '--ignore-checks', ...notOurs, '--', ...paths];
    const { code, stdout, stderr } = await run(program('cfn-lint'), args);
    expect(stdout + stderr).toBe('');
    expect(code).toBe(0);
  } finally {
    await Promise.all(compiled.map(({ remove }) => remove()));
  }
}, 120_000);
