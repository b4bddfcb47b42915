import { application } from '#application';
import { createToken } from '#resources/cli/jwt.ts';
import { wantsColor } from './log-lines.ts';
import type { Run } from './run-file.ts';

/** What a newcomer needs once everything runs: where it is, one request to try, and what to look at next. */
export async function banner(run: Run, options: { startedInMs: number; dataDir?: string }): Promise<string> {
  const { httpUrl, lambdaUrl, emulators } = run;
  const color = wantsColor(process.stdout);
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (color ? `\u001b[2m${text}\u001b[0m` : text);
  const token = await createToken({ sub: 'alice' });
  const order = JSON.stringify({
    items: [{ sku: 'TEA-01', quantity: 2 }],
    shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
  });
  const consumers = Object.keys(run.queues).filter((id) => /Queue$/.test(id)).length;
  return `
${bold(`${application.title} runs`)} ${dim(`(stage ${run.stage}, ready in ${(options.startedInMs / 1000).toFixed(1)} s)`)}

  Console    ${bold(`${httpUrl}/console`)}  ${dim('watch the events flow; try everything')}
  API        ${httpUrl}  ${dim(`described at ${httpUrl}/openapi.json`)}
  Lambda     ${lambdaUrl}  ${dim('aws lambda invoke --endpoint-url')}
  DynamoDB   ${emulators.dynamodb}
  SNS, SQS   ${emulators.sqs}  ${dim(`${consumers} consumers`)}
  Data       ${options.dataDir ?? 'in memory; set LOCAL_DATA_DIR to keep it'}

${bold('Place an order')}

curl -i -X POST ${httpUrl}/orders -H 'content-type: application/json' -H 'authorization: Bearer ${token}' -d '${order}'

${bold('Then')}, in another terminal

  npm run demo                          ${dim('a mix of orders, and where each event went')}
  npm run -s token -- --sub alice --scope "orders:manage audit:read"   ${dim('a token with more rights')}
  npx sls invoke local -f place-order --path tests/events/place-order.json
  README.md, docs/README.md             ${dim('the path of an event, and how to add one')}

Every hop of an event is one line below. Ctrl-C stops everything.
`;
}
