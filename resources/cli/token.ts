/** `npm run -s token`: prints a bearer token that the local API takes. */
import { application } from '#application';
import { runCommand, UsageError } from './arguments.ts';
import { createToken } from './jwt.ts';
import { nearest } from './nearest.ts';

const scopes: readonly string[] = application.scopes;

const usage = [
  'npm run -s token -- [--sub alice] [--scope "orders:manage audit:read"] [--expires 12h]',
  '',
  '  --sub      who calls: a customer id (alice)',
  `  --scope    permissions beyond the caller's own data, with spaces: ${scopes.join(', ')} (none)`,
  '  --expires  how long it holds: 90s, 15m, 12h, 7d (12h)',
].join('\n');

runCommand({
  usage,
  options: { sub: { type: 'string' }, scope: { type: 'string' }, expires: { type: 'string' } },
  async run({ sub, scope, expires }) {
    if (expires !== undefined && !/^[1-9]\d*[smhd]$/.test(expires)) {
      throw new UsageError(`--expires ${expires}: say it as 90s, 15m, 12h or 7d.`);
    }
    for (const unknown of unknownScopes(scope)) {
      const meant = nearest(unknown, scopes);
      const hint = meant ? `did you mean ${meant}?` : `there are ${scopes.join(', ')}.`;
      process.stderr.write(`--scope: no function knows ${unknown}; ${hint}\n`);
    }
    const options = { ...(sub && { sub }), ...(scope && { scope }), ...(expires && { expires }) };
    process.stdout.write(`${await createToken(options)}\n`);
  },
});

/** Cognito's tokens name them with the resource server, which counts as well. */
function unknownScopes(given = ''): string[] {
  const prefix = `${application.resourceServer}/`;
  const named = given.split(/\s+/).filter(Boolean);
  return named.filter(
    (scope) => !scopes.includes(scope.startsWith(prefix) ? scope.slice(prefix.length) : scope),
  );
}
