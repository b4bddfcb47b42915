import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import Negotiator from 'negotiator';
import { namesTag } from './entity-tags.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/** A text that is the same for everyone until the next deployment. */
export interface Document {
  text: string;
  mediaType: string;
}

/** Seconds. A deployment may be this late to be seen. */
const MAX_AGE = 300;

/** Answers requests for a document: 304 where the client has it already, else all of it, compressed if the client can. */
export function documentAnswers({ text, mediaType }: Document): (request: HttpRequest) => HttpResponse {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const headers = {
    'content-type': mediaType,
    'cache-control': `public, max-age=${MAX_AGE}`,
    vary: 'accept-encoding',
    // Weak: compressed or not, it is the same document.
    etag: `W/"${hash}"`,
  };
  let compressed: Buffer | undefined;
  return (request) => {
    if (namesTag(request.header('if-none-match'), headers.etag)) return { status: 304, raw: '', headers };
    const accepted = { 'accept-encoding': request.header('accept-encoding') ?? 'identity' };
    const encoding = new Negotiator({ headers: accepted }).encoding(['gzip', 'identity']);
    if (encoding !== 'gzip') return { status: 200, raw: text, headers };
    compressed ??= gzipSync(text);
    return { status: 200, raw: compressed, headers: { ...headers, 'content-encoding': 'gzip' } };
  };
}
