import type { CodeBlock, Document } from './documents.ts';

/** What shows that a command works as the documentation shows it. */
export type Proof =
  | {
      /** commands.test.ts runs it, against a local run. */
      runs: true;
      /** What it prints. */
      prints: RegExp;
    }
  | {
      /** Another test runs it, or what it runs. */
      test: string;
    }
  | {
      /** It cannot be run on this machine. */
      needs: string;
    };

const ACCOUNT = 'an AWS account';
const REHEARSAL = 'tests/deploy/rehearsal/stack.ts';

/** Every command that the documentation shows is matched by exactly one of these. */
export const proofs: readonly (readonly [RegExp, Proof])[] = [
  [/^npm start( -- --param paymentMinutes=1)?$/, { test: 'tests/local/npm-start.test.ts' }],
  [/^npm test$/, { test: '.ci/run' }],
  [/^npm run test:unit$/, { test: '.ci/run' }],
  [/^npm run test:deploy( -- stack)?$/, { test: '.ci/run' }],
  [/^npm run contract$/, { test: 'tests/contract/openapi.test.ts' }],
  [
    /^npm run (missing|check|sample -- --consumer .+|simulate -- --runs 5 .+)$/,
    { test: 'tests/docs/guide/guide.test.ts' },
  ],
  [/^npm test -- tests\/\S+/, { test: 'tests/docs/guide/guide.test.ts' }],
  [/^npm run mutate /, { test: 'tests/unit/mutation/run-mutants.test.ts' }],
  [/^npm run fuzz /, { test: 'tests/deploy/rehearsal/fuzz.rehearsal.ts' }],
  [/^npm run -s smoke$/, { test: 'tests/local/npm-start.test.ts' }],
  [/^npm run rollback /, { test: 'tests/unit/cli/rollback.test.ts' }],
  [/^npm run -s ops -- rebuild /, { test: 'tests/deploy/rehearsal/steps/rebuild.ts' }],
  [/^npx sls package --stage staging$/, { test: 'tests/deploy/stages.test.ts' }],

  [/^npm run demo$/, { runs: true, prints: /● handled/ }],
  [/^npm run simulate -- --runs 100$/, { test: 'tests/properties/simulation.test.ts' }],
  [
    /^npm run simulate -- --runs 3 .*--emulators 0$/,
    { runs: true, prints: /0 lost, 0 doubled, 0 wrong views/ },
  ],
  [/^TOKEN=\$\(npm run -s token /, { runs: true, prints: /^/ }],
  [/^curl -s localhost:3000\/orders /, { runs: true, prints: /"orders":\[/ }],
  [/^npx sls invoke local -f place-order /, { runs: true, prints: /"statusCode": 201/ }],
  [/^npx sls invoke local -f emit-event /, { runs: true, prints: /"streamId": "inventory-tea-1"/ }],
  [/^npm run -s ops -- dead-letters --json$/, { runs: true, prints: /"groups":\[/ }],
  [/^npm run -s ops -- dead-letters --consumer (order-view|audit-steps)$/, { runs: true, prints: /./ }],
  [
    /^npm run -s ops -- dead-letters --consumer sales --message /,
    { test: 'tests/unit/operations/dead-letter-commands.test.ts' },
  ],
  [/^npm run -s ops -- discard .*(?<!--yes)$/, { runs: true, prints: /would be deleted/ }],
  [/^npm run -s ops -- discard .*--yes$/, { runs: true, prints: /are deleted/ }],
  [/^npm run -s ops -- redrive .*--dry-run$/, { runs: true, prints: /would go back to the queue/ }],
  [/^npm run -s ops -- redrive .*(?<!--dry-run)$/, { runs: true, prints: /went back to the queue/ }],
  [/^npm run -s ops -- republish --stream /, { runs: true, prints: /^2 events went to the topic/m }],
  [
    /^npm run -s ops -- backfill --consumer gift-wrapping /,
    { test: 'tests/integration/kit/operations/backfill.test.ts' },
  ],
  [
    /^npm run -s ops -- backfill --consumer (?!gift-wrapping).*--dry-run$/,
    { runs: true, prints: /would go to the queue of/ },
  ],
  [
    /^npm run -s ops -- backfill --consumer (?!gift-wrapping).*(?<!--dry-run)$/,
    { runs: true, prints: /went to the queue of/ },
  ],
  [/^npm run -s ops -- republish --(from|publisher-failures) /, { runs: true, prints: /went to the topic/ }],
  [/^npm run -s ops -- deadlines .*--dry-run$/, { runs: true, prints: /would go to the queue of deadlines/ }],
  [
    /^npm run -s ops -- deadlines .*(?<!--dry-run)$/,
    { runs: true, prints: /went to the queue of deadlines/ },
  ],
  [/^npm run -s ops -- audit /, { runs: true, prints: /events from .* have arrived/ }],
  [/^node -p /, { runs: true, prints: /^[0-9a-f]{12}$/m }],

  [/^npx sls deploy( --stage dev --param \S+)?$/, { needs: ACCOUNT }],
  [/^APP_ORIGINS=\S+ npx sls deploy /, { needs: `${ACCOUNT}; ${REHEARSAL} deploys to an emulated one` }],
  [
    /^npm run console -- --stage /,
    { needs: `${ACCOUNT}; tests/unit/console/stage-source.test.ts asks a fake one` },
  ],
  [/^npx sls invoke --stage /, { needs: `${ACCOUNT}; ${REHEARSAL} invokes on an emulated one` }],
  [/^npx sls info /, { needs: `${ACCOUNT}; ${REHEARSAL} asks an emulated one` }],
  [
    /^SMOKE_TOKEN=… npm run -s smoke /,
    { needs: 'a deployed stage; tests/unit/cli/stage-smoke.test.ts runs it on a fake one' },
  ],
  [
    /^(npx sls (deploy --stage prod --param protected|remove --stage prod)|aws backup |(copies\(\)|for copy|until) )/,
    { test: 'tests/docs/removal.test.ts' },
  ],
  [/^aws dynamodb restore-table-to-point-in-time /, { needs: ACCOUNT }],
  [/^aws cloudformation set-stack-policy /, { needs: ACCOUNT }],
  [/^npx sls deploy --stage prod$/, { needs: ACCOUNT }],
  [/^aws cloudformation deploy /, { needs: ACCOUNT }],
  [/^aws (cloudwatch|logs) /, { needs: `${ACCOUNT}: the emulators have no CloudWatch` }],
  [/^aws cognito-idp /, { needs: 'a user pool of a deployed stage' }],
  [/^(TOKEN|SECRET)=\$\(aws cognito-idp /, { needs: 'a user pool of a deployed stage' }],
  [/^out\(\) \{ aws cloudformation /, { needs: ACCOUNT }],
  [/^(POOL|CLIENT)=\$\(out /, { needs: ACCOUNT }],
  [/^curl -s .*\$\(out /, { needs: 'the API of a deployed stage' }],
  [/^(API=https|curl -s -X (PUT|POST) \$API)/, { needs: 'the API of a deployed stage' }],
  [/^gh /, { needs: 'a repository on GitHub' }],
];

/**
 * The commands of a block: all lines of `sh`, those behind a prompt of `console`. A line that ends in a backslash goes on
 * in the next one; comments are taken off.
 */
export function commandsOf({ language, lines }: CodeBlock): string[] {
  const shown = language === 'sh' ? lines : language === 'console' ? prompted(lines) : [];
  return shown
    .join('\n')
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter(Boolean);
}

const prompted = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));

/** All proofs whose pattern matches; one is right. */
export const proofsOf = (command: string): Proof[] =>
  proofs.filter(([pattern]) => pattern.test(command)).map(([, proof]) => proof);

/** The commands of all blocks of some pages, block by block. */
export const shownIn = (documents: readonly Document[]): { path: string; commands: string[] }[] =>
  documents.flatMap(({ path, blocks }) =>
    blocks
      .map((block) => ({ path, commands: commandsOf(block) }))
      .filter(({ commands }) => commands.length > 0),
  );
