import { describe, expect, test } from '@jest/globals';
import { reasonToRefuse } from '#resources/local/request-guard.ts';

const to = (host: string | undefined, origin?: string) => ({
  headers: { ...(host !== undefined && { host }), ...(origin !== undefined && { origin }) },
});

describe('a local server', () => {
  test.each(['127.0.0.1:3000', 'localhost:3000', 'LocalHost', '[::1]:3000', '127.0.0.1'])('is %s', (host) => {
    expect(reasonToRefuse(to(host), {})).toBeUndefined();
  });

  test.each([
    undefined,
    '',
    'evil.example:3000',
    'localhost.evil.example',
    'evil.example:80@localhost',
    '127.0.0.1.nip.io:3000',
    '127.0.0.2:3000',
    '0.0.0.0:3000',
    '[::ffff:127.0.0.1]:3000',
    'localhost:3000:80',
    'localhost.',
  ])('is not %s', (host) => {
    expect(reasonToRefuse(to(host), {})).toContain('is not this machine');
  });

  test('without origins of its own refuses every web page, also one without a name', () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3000', '']) {
      expect(reasonToRefuse(to('localhost', origin), {})).toContain('may not call this');
    }
  });

  test.each<[string, string[], string | undefined]>([
    ['shows its own', ['https://shop.example'], 'https://shop.example'],
    ['hides others', ['https://other.example'], undefined],
    ['hides all where there are none', [], undefined],
    ['hides one that only begins as its own', ['https://shop.example.evil'], undefined],
  ])('with origins %s', (_, origins, expected) => {
    const request = to('localhost', 'https://shop.example');
    expect(reasonToRefuse(request, { origins })).toBeUndefined();
    expect(request.headers.origin).toBe(expected);
  });
});
