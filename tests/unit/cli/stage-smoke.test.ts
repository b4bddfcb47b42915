import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root, run } from '#tests/support/scripts.ts';

// .github/smoke, with scripts in the place of aws and npm.

const aws = `#!/bin/sh
[ "$*" = "cognito-idp describe-user-pool-client --region eu-west-1 --output text \
--user-pool-id pool-1 --client-id client-1 --query UserPoolClient.ClientSecret" ] && echo s3cret
`;
const npm = `#!/bin/sh
case "$*" in
  "exec -- sls info --verbose --stage staging --region eu-west-1")
    printf 'stage: staging\n\nStack Outputs:\n  UserPoolId: pool-1\n  PaymentsClientId: client-1\n' ;;
  "exec -- sls info"*) printf 'stage: prod\n\nStack Outputs:\n  TokenIssuer: https://issuer.example.com/\n' ;;
  *) echo "npm $*; $SMOKE_CLIENT_ID:$SMOKE_CLIENT_SECRET" ;;
esac
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderstream-smoke-'));
  for (const [name, script] of Object.entries({ aws, npm })) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const smoke = (stage: string) =>
  run('bash', [join(root, '.github/smoke'), stage], {
    env: { PATH: `${folder}${delimiter}${process.env.PATH}`, AWS_REGION: 'eu-west-1' },
  });

test('A stage with a user pool is tested with a token of its client, whose secret no log shows', async () => {
  const { code, stdout } = await smoke('staging');
  expect(code).toBe(0);
  expect(stdout).toBe(
    '::add-mask::s3cret\nnpm run -s smoke -- --stage staging --region eu-west-1; client-1:s3cret\n',
  );
});

test('A stage with another issuer is tested with what the environment says', async () => {
  const { code, stdout } = await smoke('prod');
  expect([code, stdout]).toEqual([0, 'npm run -s smoke -- --stage prod --region eu-west-1; :\n']);
});
