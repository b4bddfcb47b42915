import { InvalidConfiguration, type ResolveVariable } from '#resources/variables.ts';

const NO_VALUE = { Ref: 'AWS::NoValue' };

/** Which browser apps may call the API, in the format of `httpApi.cors`; `false` for none. Throws InvalidConfiguration. */
export async function readCors(resolveVariable: ResolveVariable) {
  const origins = await readOrigins(resolveVariable);
  if (origins.length === 0) return false;
  return {
    allowedOrigins: origins,
    allowedMethods: ['GET', 'POST', 'PATCH'],
    allowedHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key', 'x-correlation-id'],
    exposedResponseHeaders: ['etag', 'location', 'x-correlation-id'],
    maxAge: 600,
  };
}

/**
 * How people sign in with those apps, for the client of the user pool. Without an app there is no sign-in by redirect. Throws
 * InvalidConfiguration.
 */
export async function readSignIn(resolveVariable: ResolveVariable) {
  const origins = await readOrigins(resolveVariable);
  if (origins.length === 0) {
    return { allowed: false, flows: NO_VALUE, scopes: NO_VALUE, callbacks: NO_VALUE, logouts: NO_VALUE };
  }
  return {
    allowed: true,
    flows: ['code'],
    scopes: ['openid', 'email', 'profile'],
    callbacks: origins.map((origin) => `${origin}/callback`),
    logouts: origins,
  };
}

/** The stage's `appOrigins`, which are separated by commas. */
async function readOrigins(resolveVariable: ResolveVariable): Promise<string[]> {
  const origins = String(await resolveVariable('param:appOrigins'))
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const wrong = origins.find((origin) => !/^(https:\/\/[^/?#*\s]+|http:\/\/localhost(:\d+)?)$/.test(origin));
  if (wrong !== undefined) {
    throw new InvalidConfiguration(
      `appOrigins: "${wrong}" must be https://… without a path, or http://localhost with a port.`,
    );
  }
  return origins;
}
