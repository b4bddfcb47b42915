import { describe, expect, test } from '@jest/globals';
import { reasonToRefusePage } from '#resources/console/server/guard.ts';

const host = '127.0.0.1:3000';
const reason = (method: string, headers: Record<string, string>) =>
  reasonToRefusePage({ method, headers: { host, ...headers } }, 'secret');

describe('the console takes', () => {
  test('reads of its own page, and of a program', () => {
    expect(reason('GET', {})).toBeUndefined();
    expect(reason('GET', { 'sec-fetch-site': 'same-origin' })).toBeUndefined();
    expect(reason('GET', { origin: `http://${host}` })).toBeUndefined();
  });

  test('a link from anywhere to the page, and nothing else of another site', () => {
    const other = { 'sec-fetch-site': 'cross-site' };
    expect(reason('GET', { ...other, 'sec-fetch-mode': 'navigate' })).toBeUndefined();
    expect(reason('GET', { ...other, 'sec-fetch-mode': 'no-cors' })).toContain('other sites');
    expect(reason('POST', { ...other, 'sec-fetch-mode': 'navigate' })).toContain('other sites');
    expect(reason('GET', { origin: 'http://127.0.0.1:4000' })).toContain('may not call');
    expect(reason('GET', { origin: 'null' })).toContain('may not call');
  });

  test('no name that a web page has pointed at this machine', () => {
    expect(reason('GET', { host: 'evil.example:3000' })).toContain('not this machine');
  });

  test('changes with the token of the page only', () => {
    expect(reason('POST', { 'x-console-token': 'secret' })).toBeUndefined();
    expect(reason('POST', {})).toContain('token');
    expect(reason('DELETE', { 'x-console-token': 'secrets' })).toContain('token');
  });
});
