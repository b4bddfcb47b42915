import { describe, expect, test } from '@jest/globals';
import { type Claims, permissionsOf } from '#kit/http/permissions.ts';
import { callerOf, type HttpEvent } from '#kit/http/request.ts';

const cognito = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1B2c3D4e';

const eventWith = (claims: Claims) =>
  ({ requestContext: { authorizer: { jwt: { claims } } } }) as unknown as HttpEvent;

describe('The rights of a token from any issuer', () => {
  test.each([
    ['counters:manage audit:read', ['counters:manage', 'audit:read']],
    [
      ['counters:manage', 'audit:read'],
      ['counters:manage', 'audit:read'],
    ],
    ['[counters:manage audit:read]', ['counters:manage', 'audit:read']],
    ['', []],
    [undefined, []],
  ])('with the scope %j are %j', (scope, rights) => {
    expect(permissionsOf({ iss: 'https://issuer.example/', scope }, 'counters')).toEqual(rights);
    expect(permissionsOf({ iss: 'https://issuer.example/', scp: scope }, 'counters')).toEqual(rights);
  });

  test('are those of `scope` and of `scp`, which Okta and Entra send', () => {
    const claims = {
      iss: 'https://issuer.example/',
      scope: 'audit:read',
      scp: ['counters:manage', 'audit:read'],
    };
    expect(permissionsOf(claims, 'counters')).toEqual(['audit:read', 'counters:manage']);
  });

  test('are no groups: elsewhere than in Cognito anybody may have set that claim', () => {
    expect(
      permissionsOf({ iss: 'https://issuer.example/', 'cognito:groups': ['counters:manage'] }, 'counters'),
    ).toEqual([]);
    expect(
      permissionsOf({ iss: 'https://cognito-idp', 'cognito:groups': ['counters:manage'] }, 'counters'),
    ).toEqual([]);
  });

  test('are not what another server grants under the same name', () => {
    expect(
      permissionsOf({ iss: 'https://issuer.example/', scope: 'other/counters:manage' }, 'counters'),
    ).not.toContain('counters:manage');
  });
});

describe('The rights of a token from Cognito', () => {
  test.each([
    ['counters/counters:write', ['counters:write']],
    ['counters/keepers:write counters/counters:manage', ['keepers:write', 'counters:manage']],
    ['openid email counters/audit:read', ['audit:read']],
    ['other/counters:manage', []],
    ['counters-staging/counters:manage', []],
    ['not-counters/counters:manage', []],
    ['counters/counters/counters:manage', ['counters/counters:manage']],
    ['COUNTERS/counters:manage', []],
    ['counters:manage', []],
    ['aws.cognito.signin.user.admin', []],
  ])('with the scope %j are %j', (scope, rights) => {
    expect(permissionsOf({ iss: cognito, scope }, 'counters')).toEqual(rights);
  });

  test.each([
    ['[counters:manage audit:read]', ['counters:manage', 'audit:read']],
    [['counters:manage'], ['counters:manage']],
    ['[eu-west-1_a1B2c3D4e_Google]', ['eu-west-1_a1B2c3D4e_Google']],
    [undefined, []],
  ])('of somebody in the groups %j are %j', (groups, rights) => {
    expect(permissionsOf({ iss: cognito, scope: 'openid', 'cognito:groups': groups }, 'counters')).toEqual(
      rights,
    );
  });

  test('are not taken from a name that only begins like a group', () => {
    const caller = callerOf(
      eventWith({ iss: cognito, sub: 'ada', 'cognito:groups': '[counters:manage-not]' }),
      'counters',
    );
    expect(caller.can('counters:manage')).toBe(false);
  });
});

describe('The caller', () => {
  test('of a machine is its client', () => {
    const caller = callerOf(
      eventWith({ iss: cognito, sub: '4q1', scope: 'counters/counters:write' }),
      'counters',
    );
    expect(caller).toMatchObject({ userId: '4q1', scopes: ['counters:write'] });
    expect([caller.can('counters:write'), caller.can('counters:manage')]).toEqual([true, false]);
  });

  test.each(['operator', 'Operator', ' operator', 'anonymous', 'consumer:tally', 'consumer:'])(
    'whose sub is %j, a name of ours, is nobody',
    (sub) => {
      expect(() => callerOf(eventWith({ sub, scope: 'counters:manage' }), 'counters')).toThrow(
        'no valid token',
      );
    },
  );

  test.each(['operators', 'my-operator', 'consumer', 'auth0|operator'])(
    'whose sub is %j is somebody',
    (sub) => {
      expect(callerOf(eventWith({ sub }), 'counters').userId).toBe(sub);
    },
  );

  test('with an ID token is nobody', () => {
    const claims: Claims = { iss: cognito, sub: 'ada', 'cognito:groups': '[counters:manage]' };
    expect(callerOf(eventWith({ ...claims, token_use: 'access' }), 'counters').userId).toBe('ada');
    expect(() => callerOf(eventWith({ ...claims, token_use: 'id' }), 'counters')).toThrow('no valid token');
  });
});
