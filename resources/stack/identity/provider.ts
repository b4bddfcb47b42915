import type { ResolveVariable } from '#resources/variables.ts';

/** Who issues the tokens: the OIDC issuer that JWT_ISSUER names, otherwise a Cognito user pool of the stage's own. */
export async function readIdentityProvider(resolveVariable: ResolveVariable): Promise<'oidc' | 'cognito'> {
  return (await resolveVariable("env:JWT_ISSUER, ''")) === '' ? 'cognito' : 'oidc';
}
