import { MIMEType } from 'node:util';
import type { MiddlewareObj } from '@middy/core';
import { bodyTooLarge, notUtf8, unsupportedMediaType } from './problem.ts';
import { type HttpEvent, headerOf } from './request.ts';
import type { HttpResult } from './response.ts';

/** Bytes of a body; far above 100 items with the longest fields. */
export const MAX_BODY_BYTES = 128 * 1024;

/**
 * Makes of a body the text that the JSON parser reads: what is too large, not UTF-8 or says another charset is refused
 * (413, 400, 415), also inside base64. A request without a body counts as `{}`.
 */
export const jsonText = (): MiddlewareObj<HttpEvent, HttpResult> => ({
  before: ({ event }) => {
    const { body, isBase64Encoded } = event;
    if (!body) {
      event.headers = { ...event.headers, 'content-type': 'application/json' };
      event.body = '{}';
      event.isBase64Encoded = false;
      return;
    }
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
    if (bytes.length > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES);
    if (!isUtf8(headerOf(event, 'content-type') ?? '')) throw unsupportedMediaType();
    event.body = textOf(bytes);
    event.isBase64Encoded = false;
  },
});

/** By its `charset`; JSON has none but UTF-8 (RFC 8259, 8.1). A header that is no media type is left to the parser. */
function isUtf8(contentType: string): boolean {
  try {
    const charset = new MIMEType(contentType).params.get('charset');
    return charset === null || /^utf-?8$/i.test(charset);
  } catch {
    return true;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw notUtf8();
  }
  // What API Gateway, or whoever stands before it, has put in the place of bytes that were no UTF-8.
  if (text.includes('\uFFFD')) throw notUtf8();
  return text;
}
