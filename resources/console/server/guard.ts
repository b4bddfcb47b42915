import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { reasonToRefuse } from '#resources/local/request-guard.ts';

/** Carries the token of the page; no form and no other site's script can send it without being asked for. */
const TOKEN_HEADER = 'x-console-token';

/** What a person has typed to allow writing to a deployed stage: its name. */
export const STAGE_HEADER = 'x-console-stage';

/**
 * Why the console does not answer; undefined where it does. It takes requests for this machine by one of its own names, from
 * its own page or from no page at all, and changes something only for a page that was given the token.
 */
export function reasonToRefusePage(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  token: string,
): string | undefined {
  const { origin, host = '' } = headers;
  const byHost = reasonToRefuse({ headers: { host } }, {});
  if (byHost) return byHost;
  if (origin !== undefined && origin !== `http://${host}`) {
    return `Web pages of ${JSON.stringify(origin)} may not call this.`;
  }
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && method === 'GET';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) {
    return 'Pages of other sites may not call this.';
  }
  if (method === 'GET' || method === 'HEAD') return undefined;
  return isToken(headers[TOKEN_HEADER], token) ? undefined : 'The token of the page is missing: reload it.';
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
