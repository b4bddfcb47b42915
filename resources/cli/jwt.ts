import { SignJWT } from 'jose';
import { application } from '#application';

export interface TokenOptions {
  /** Who calls: a customer id. Default `alice`. */
  sub?: string;
  /** Rights, separated by spaces. Default none. */
  scope?: string;
  /** How long it holds: `90s`, `15m`, `12h`, `7d`. Default `12h`. */
  expires?: string;
  issuer?: string;
  audience?: string;
}

/** Whose tokens the local API takes. No user pool is emulated: the deployment's issuer where it names one, else a name. */
export const localIssuer = (): { issuer: string; audience: string } => ({
  issuer: process.env.JWT_ISSUER || `https://${application.name}.local/`,
  audience: process.env.JWT_AUDIENCE || application.name,
});

/**
 * A bearer token that the local API's JWT authorizer takes. serverless-offline checks issuer, audience and expiry
 * and no signature, so the key is nobody's secret: no deployed API, which checks the issuer's keys, takes it.
 */
export function createToken(options: TokenOptions = {}): Promise<string> {
  const { issuer, audience } = { ...localIssuer(), ...options };
  return new SignJWT(options.scope ? { scope: options.scope } : {})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(options.sub ?? 'alice')
    .setIssuedAt()
    .setExpirationTime(options.expires ?? '12h')
    .sign(new TextEncoder().encode(`${application.name}, for local use only.`));
}
