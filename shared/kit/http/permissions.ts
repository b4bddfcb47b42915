/** The claims of a token that the API's authorizer has checked; it passes a list on as `[a b]`. */
export interface Claims {
  iss?: unknown;
  sub?: unknown;
  scope?: unknown;
  /** What Okta and Entra call it. */
  scp?: unknown;
  'cognito:groups'?: unknown;
  /** Cognito's: access or id. */
  token_use?: unknown;
}

/**
 * What the bearer of a token may do: `counters:manage`, `counters:read`, … Of any issuer these are the scopes as they
 * are, in `scope` or `scp`. Of Cognito they are the scopes of `resourceServer` (resources/stack/identity), which machines have, and the groups, which people are put
 * into: to people Cognito gives every scope of a client for the asking, so none of their clients has one of ours.
 */
export function permissionsOf(claims: Claims, resourceServer: string): string[] {
  const scopes = listOf(claims.scope);
  if (!isFromCognito(claims)) return [...new Set([...scopes, ...listOf(claims.scp)])];
  const prefix = `${resourceServer}/`;
  const ours = scopes.filter((scope) => scope.startsWith(prefix));
  return [...ours.map((scope) => scope.slice(prefix.length)), ...listOf(claims['cognito:groups'])];
}

/** An ID token says to an app who has signed in; it is no key to an API, though the authorizer takes it for one. */
export const isIdToken = (claims: Claims): boolean => isFromCognito(claims) && claims.token_use === 'id';

const isFromCognito = ({ iss }: Claims): boolean =>
  typeof iss === 'string' && iss.startsWith('https://cognito-idp.');

function listOf(claim: unknown): string[] {
  const parts = Array.isArray(claim)
    ? claim.map(String)
    : String(claim ?? '')
        .replace(/^\[(.*)\]$/, '$1')
        .split(' ');
  return parts.filter((part) => part !== '');
}
