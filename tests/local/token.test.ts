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

  test.each([['--nope'], ['--expires', 'soon']])('says how it is used: %s %s', async (...args) => {
    const { code, stdout, stderr } = await token(...args);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm run -s token -- [--sub alice]');
  });
});
