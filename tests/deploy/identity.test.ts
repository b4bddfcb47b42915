import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { permissionsOf } from '#kit/http/permissions.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { readCors } from '#resources/stack/app-origins.ts';
import { type Compiled, compile, compiledTemplate } from '#tests/support/compiled-template.ts';
import { ofType } from '#tests/support/template-rules.ts';
import { variables } from '#tests/support/variables.ts';

const root = resolve(import.meta.dirname, '../..');

/** As Cognito writes it into its tokens. */
const ourIssuer = { 'Fn::Sub': `https://cognito-idp.\${AWS::Region}.\${AWS::URLSuffix}/\${UserPool}` };

type Client = Record<string, unknown>;
const clientsOf = (template: Template) => ofType<Client>(template, 'AWS::Cognito::UserPoolClient');
const jwtOf = ({ Resources }: Template) => Resources.HttpApiAuthorizerJwt?.Properties?.JwtConfiguration;

describe('The user pool of a stage', () => {
  let template: Template;
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compile('prod', { APP_ORIGINS: 'https://shop.example, https://desk.example' });
    template = compiled.template;
  }, 60_000);
  afterAll(() => compiled.remove());

  test('issues the tokens that the API takes, from its clients only', () => {
    expect(jwtOf(template)).toEqual({
      Issuer: ourIssuer,
      Audience: clientsOf(template).map(([id]) => ({ Ref: id })),
    });
  });

  test('gives each machine the scopes of its work, behind a secret', () => {
    const machines = clientsOf(template).filter(([, { GenerateSecret }]) => GenerateSecret);
    expect(
      machines.map(([id, { AllowedOAuthFlows, AllowedOAuthScopes }]) => [
        id,
        AllowedOAuthFlows,
        AllowedOAuthScopes,
      ]),
    ).toEqual([
      ['PaymentsClient', ['client_credentials'], ['orderstream/payments:write']],
      [
        'WarehouseClient',
        ['client_credentials'],
        ['orderstream/inventory:write', 'orderstream/orders:manage'],
      ],
    ]);
  });

  test('lets people sign in by code, return to the named apps, and have no scope of ours', () => {
    expect(template.Resources.PeopleClient?.Properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      CallbackURLs: ['https://shop.example/callback', 'https://desk.example/callback'],
    });
  });

  test('admits the same apps to the API, with the headers that they need', () => {
    expect(template.Resources.HttpApi?.Properties?.CorsConfiguration).toEqual({
      AllowOrigins: ['https://shop.example', 'https://desk.example'],
      AllowMethods: ['GET', 'POST', 'PATCH'],
      AllowHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key', 'x-correlation-id'],
      ExposeHeaders: ['etag', 'location', 'x-correlation-id'],
      MaxAge: 600,
    });
  });

  test('has a scope and a group for each right that a function asks for, and none besides', async () => {
    const rights = new Set<string>();
    for await (const file of glob('{functions,shared}/**/*.ts', { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8');
      for (const [, right = ''] of text.matchAll(/(?:scope: |can\()'([\w:]+)'/g)) rights.add(right);
    }
    const [[, { Scopes }] = ['', { Scopes: [] }]] = ofType<{ Scopes: { ScopeName: string }[] }>(
      template,
      'AWS::Cognito::UserPoolResourceServer',
    );
    const groups = ofType<{ GroupName: string }>(template, 'AWS::Cognito::UserPoolGroup');
    expect(rights.size).toBeGreaterThan(3);
    expect(Scopes.map(({ ScopeName }) => ScopeName).sort()).toEqual([...rights].sort());
    expect(groups.map(([, { GroupName }]) => GroupName).sort()).toEqual([...rights].sort());
  });

  test('asks for long passwords, offers a second factor, and tells nobody who is in it', () => {
    const { UserPool, PeopleClient } = template.Resources;
    expect(UserPool?.Properties).toMatchObject({
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: { PasswordPolicy: { MinimumLength: 12 } },
    });
    expect(PeopleClient?.Properties).toMatchObject({
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
  });
});

test('With JWT_ISSUER that issuer counts, and there is no user pool', async () => {
  const environment = { JWT_ISSUER: 'https://issuer.example/', JWT_AUDIENCE: 'shop' };
  const { template, remove } = await compile('staging', environment);
  await remove();
  expect(jwtOf(template)).toEqual({ Issuer: 'https://issuer.example/', Audience: ['shop'] });
  expect(template.Outputs?.TokenIssuer).toEqual({ Value: 'https://issuer.example/' });
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => type.startsWith('AWS::Cognito::'))).toEqual([]);
  expect(Object.keys(template.Outputs ?? {}).filter((name) => /Pool|Client|SignIn/.test(name))).toEqual([]);
}, 60_000);

test('Who may sign in and with what follows from the outputs', async () => {
  const { Outputs = {} } = await compiledTemplate();
  expect(Outputs).toMatchObject({
    TokenIssuer: { Value: ourIssuer },
    UserPoolId: { Value: { Ref: 'UserPool' } },
    PeopleClientId: { Value: { Ref: 'PeopleClient' } },
  });
});

describe('The origin of a browser app', () => {
  const allowed = (text: string) => readCors(variables({ 'param:appOrigins': text }));

  test.each(['https://a.example', 'http://localhost', 'http://localhost:3000', 'https://a.example:8443'])(
    'may be %s',
    async (origin) => {
      expect(await allowed(origin)).toMatchObject({ allowedOrigins: [origin] });
    },
  );

  test.each([
    '*',
    'https://*.example',
    'http://a.example',
    'https://a.example/',
    'https://a.example/shop',
    'http://localhost.evil.example',
    'a.example',
  ])('must not be %s', async (origin) => {
    await expect(allowed(`https://fine.example,${origin}`)).rejects.toThrow(
      `appOrigins: "${origin}" must be`,
    );
  });

  test('need not be: then no browser is let in', async () => {
    expect(await allowed('')).toBe(false);
  });
});

test('what comes before a scope is the name of the resource server in the template', async () => {
  const { Resources } = await compiledTemplate();
  const scope = `${Resources.ResourceServer?.Properties?.Identifier}/orders:manage`;
  expect(
    permissionsOf(
      { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1B2c3D4e', scope },
      'orderstream',
    ),
  ).toEqual(['orders:manage']);
});
