import { describe, expect, test } from '@jest/globals';
import { type Claims, permissionsOf } from '#kit/http/permissions.ts';
import { callerOf, type HttpEvent } from '#kit/http/request.ts';

const cognito = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1B2c3D4e';

const eventWith = (claims: Claims) =>
  ({ requestContext: { authorizer: { jwt: { claims } } } }) as unknown as HttpEvent;

describe('The rights of a token from any issuer', () => {
  test.each([
    ['orders:manage audit:read', ['orders:manage', 'audit:read']],
    [
      ['orders:manage', 'audit:read'],
      ['orders:manage', 'audit:read'],
    ],
    ['[orders:manage audit:read]', ['orders:manage', 'audit:read']],
    ['', []],
    [undefined, []],
  ])('with the scope %j are %j', (scope, rights) => {
    expect(permissionsOf({ iss: 'https://issuer.example/', scope }, 'orderstream')).toEqual(rights);
    expect(permissionsOf({ iss: 'https://issuer.example/', scp: scope }, 'orderstream')).toEqual(rights);
  });

  test('are those of `scope` and of `scp`, which Okta and Entra send', () => {
    const claims = {
      iss: 'https://issuer.example/',
      scope: 'audit:read',
      scp: ['orders:manage', 'audit:read'],
    };
    expect(permissionsOf(claims, 'orderstream')).toEqual(['audit:read', 'orders:manage']);
  });

  test('are no groups: elsewhere than in Cognito anybody may have set that claim', () => {
    expect(
      permissionsOf({ iss: 'https://issuer.example/', 'cognito:groups': ['orders:manage'] }, 'orderstream'),
    ).toEqual([]);
    expect(
      permissionsOf({ iss: 'https://cognito-idp', 'cognito:groups': ['orders:manage'] }, 'orderstream'),
    ).toEqual([]);
  });

  test('are not what another server grants under the same name', () => {
    expect(
      permissionsOf({ iss: 'https://issuer.example/', scope: 'other/orders:manage' }, 'orderstream'),
    ).not.toContain('orders:manage');
  });
});

describe('The rights of a token from Cognito', () => {
  test.each([
    ['orderstream/payments:write', ['payments:write']],
    ['orderstream/inventory:write orderstream/orders:manage', ['inventory:write', 'orders:manage']],
    ['openid email orderstream/audit:read', ['audit:read']],
    ['other/orders:manage', []],
    ['orderstream-staging/orders:manage', []],
    ['not-orderstream/orders:manage', []],
    ['orderstream/orderstream/orders:manage', ['orderstream/orders:manage']],
    ['ORDERSTREAM/orders:manage', []],
    ['orders:manage', []],
    ['aws.cognito.signin.user.admin', []],
  ])('with the scope %j are %j', (scope, rights) => {
    expect(permissionsOf({ iss: cognito, scope }, 'orderstream')).toEqual(rights);
  });

  test.each([
    ['[orders:manage audit:read]', ['orders:manage', 'audit:read']],
    [['orders:manage'], ['orders:manage']],
    ['[eu-west-1_a1B2c3D4e_Google]', ['eu-west-1_a1B2c3D4e_Google']],
    [undefined, []],
  ])('of somebody in the groups %j are %j', (groups, rights) => {
    expect(permissionsOf({ iss: cognito, scope: 'openid', 'cognito:groups': groups }, 'orderstream')).toEqual(
      rights,
    );
  });

  test('are not taken from a name that only begins like a group', () => {
    const caller = callerOf(
      eventWith({ iss: cognito, sub: 'ada', 'cognito:groups': '[orders:manage-not]' }),
      'orderstream',
    );
    expect(caller.can('orders:manage')).toBe(false);
  });
});

describe('The caller', () => {
  test('of a machine is its client', () => {
    const caller = callerOf(
      eventWith({ iss: cognito, sub: '4q1', scope: 'orderstream/payments:write' }),
      'orderstream',
    );
    expect(caller).toMatchObject({ userId: '4q1', scopes: ['payments:write'] });
    expect([caller.can('payments:write'), caller.can('orders:manage')]).toEqual([true, false]);
  });

  test.each(['operator', 'Operator', ' operator', 'anonymous', 'consumer:sales', 'consumer:'])(
    'whose sub is %j, a name of ours, is nobody',
    (sub) => {
      expect(() => callerOf(eventWith({ sub, scope: 'orders:manage' }), 'orderstream')).toThrow(
        'no valid token',
      );
    },
  );

  test.each(['operators', 'my-operator', 'consumer', 'auth0|operator'])(
    'whose sub is %j is somebody',
    (sub) => {
      expect(callerOf(eventWith({ sub }), 'orderstream').userId).toBe(sub);
    },
  );

  test('with an ID token is nobody', () => {
    const claims: Claims = { iss: cognito, sub: 'ada', 'cognito:groups': '[orders:manage]' };
    expect(callerOf(eventWith({ ...claims, token_use: 'access' }), 'orderstream').userId).toBe('ada');
    expect(() => callerOf(eventWith({ ...claims, token_use: 'id' }), 'orderstream')).toThrow(
      'no valid token',
    );
  });
});
