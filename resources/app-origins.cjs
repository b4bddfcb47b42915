// Browser apps, from the stage's appOrigins (with commas): which may call the API, and where a sign-in returns to.
// Read by http-api.yml and identity/cognito.yml.

const NO_VALUE = { Ref: 'AWS::NoValue' };

/** `false` where no browser app is to call the API. */
module.exports.cors = async ({ resolveVariable }) => {
  const origins = await originsOf(resolveVariable);
  if (origins.length === 0) return false;
  return {
    allowedOrigins: origins,
    allowedMethods: ['GET', 'POST', 'PATCH'],
    allowedHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key', 'x-correlation-id'],
    exposedResponseHeaders: ['etag', 'location', 'x-correlation-id'],
    maxAge: 600,
  };
};

/** Without an app nobody signs in by redirect: there is nowhere to return to. */
module.exports.signIn = async ({ resolveVariable }) => {
  const origins = await originsOf(resolveVariable);
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
};

async function originsOf(resolveVariable) {
  const text = String((await resolveVariable('param:appOrigins')) ?? '');
  const origins = text.split(',').map((origin) => origin.trim());
  const given = origins.filter((origin) => origin !== '');
  const wrong = given.find((origin) => !/^(https:\/\/[^/?#*\s]+|http:\/\/localhost(:\d+)?)$/.test(origin));
  if (wrong !== undefined) {
    const error = new Error(
      `appOrigins: "${wrong}" must be https://… without a path, or http://localhost with a port.`,
    );
    // The framework prints the stack, which says nothing to who has mistyped an origin.
    error.stack = error.message;
    throw error;
  }
  return given;
}
