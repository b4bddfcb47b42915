import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { node } from '#tests/support/scripts.ts';

const token = (...args: string[]) =>
  node(['resources/cli/token.ts', ...args], { env: { JWT_ISSUER: undefined } });

describe('npm run -s token', () => {
  test('prints a token of the local issuer, and nothing else', async () => {
    const { code, stdout, stderr } = await token();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({ iss: 'https://orderstream.local/', aud: 'orderstream', sub: 'alice' });
    expect(claims).not.toHaveProperty('scope');
    expect(Number(claims.exp) - Number(claims.iat)).toBe(12 * 3600);
  });

  test('takes who, rights and how long', async () => {
    const { stdout } = await token('--sub', 'bob', '--scope', 'orders:manage audit:read', '--expires', '15m');
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({ sub: 'bob', scope: 'orders:manage audit:read' });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
  });

  test.each([
    ['orders:mange', 'no function knows orders:mange; did you mean orders:manage?'],
    ['audit:read order:manage', 'no function knows order:manage; did you mean orders:manage?'],
    ['everything', 'no function knows everything; there are orders:manage,'],
  ])('warns of a scope that there is not, and prints the token: %s', async (scope, warning) => {
    const { code, stdout, stderr } = await token('--scope', scope);
    expect(code).toBe(0);
    expect(stderr).toContain(warning);
    expect(decodeJwt(stdout.trim())).toMatchObject({ scope });
  });

  test('takes scopes as the user pool names them', async () => {
    const { stderr } = await token('--scope', 'orderstream/orders:manage payments:write');
    expect(stderr).toBe('');
  });

  test.each([['--nope'], ['--expires', 'soon'], ['--sub', '']])(
    'says how it is used: %s %s',
    async (...args) => {
      const { code, stdout, stderr } = await token(...args);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain('npm run -s token -- [--sub alice]');
    },
  );
});
