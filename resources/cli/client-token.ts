/**
 * A machine's token by its client's id and secret (RFC 6749, client credentials), with all scopes that the client has.
 * Throws an Error with what the issuer says.
 */
export async function clientToken(tokenUrl: string, id: string, secret: string): Promise<string> {
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    },
    body: 'grant_type=client_credentials',
    signal: AbortSignal.timeout(15_000),
  });
  const text = await answer.text();
  const { access_token: token } = answer.ok ? (JSON.parse(text) as { access_token?: string }) : {};
  if (!token) throw new Error(`no token from ${tokenUrl}: ${answer.status} ${text}`);
  return token;
}
