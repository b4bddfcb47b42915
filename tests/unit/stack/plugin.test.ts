import { describe, expect, test } from '@jest/globals';
import type { PluginUtils, Serverless } from '#resources/local/serverless.ts';
import type { Resource } from '#resources/local/stack/template.ts';
import StackPlugin from '#resources/plugin.ts';
import { variables } from '#tests/support/variables.ts';

class ServerlessError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

interface Configuration {
  functions?: Record<string, object>;
  resources?: Record<string, Resource>;
  params?: object;
  environment?: object;
  permissionsBoundary?: string;
  /** The logical ids of the deployed stack; none where it is not deployed. */
  deployed?: string[];
}

/** As much of the framework as the plugin uses. */
function framework(configuration: Configuration = {}) {
  const { functions = {}, resources = {}, params = { default: {} } } = configuration;
  const { environment, permissionsBoundary, deployed } = configuration;
  const getStackResources = async () => {
    if (!deployed) throw new Error('Stack with id shop-qa does not exist');
    return deployed.map((LogicalResourceId) => ({ LogicalResourceId }));
  };
  const naming = {
    getLambdaLogicalId: (name: string) => `${name}LambdaFunction`,
    getLogGroupLogicalId: (name: string) => `${name}LogGroup`,
    getNormalizedFunctionName: (name: string) => name,
  };
  const schemas: Record<string, unknown> = {};
  const serverless = {
    configurationInput: { params },
    service: {
      provider: { tracing: { lambda: true }, environment },
      service: 'shop',
      custom: { parameters: { emailFrom: 'orders@example.com' }, permissionsBoundary },
      resources: { Resources: resources },
      getAllFunctions: () => Object.keys(functions),
      getFunction: (name: string) => functions[name],
    },
    getProvider: () => ({ naming, getStage: () => 'qa', getStackResources }),
    configSchemaHandler: {
      defineFunctionProperties: (_: string, schema: unknown) => Object.assign(schemas, { functions: schema }),
      defineTopLevelProperty: (name: string, schema: unknown) => Object.assign(schemas, { [name]: schema }),
    },
    classes: { Error: ServerlessError },
  };
  const notices: string[] = [];
  const log = { notice: (text: string) => notices.push(text) } as unknown as PluginUtils['log'];
  const plugin = new StackPlugin(serverless as unknown as Serverless, {}, { log });
  const resolve = (address: string, values: Record<string, unknown> = {}) =>
    plugin.configurationVariablesSources.stack?.resolve({ address, resolveVariable: variables(values) });
  return { plugin, serverless, schemas, resolve, notices };
}

describe('A variable of the source stack', () => {
  test('is what the stack derives, or a part of it', async () => {
    const { resolve } = framework();
    const origins = { 'param:appOrigins': 'https://shop.example' };
    expect(await resolve('cors.allowedOrigins', origins)).toEqual({ value: ['https://shop.example'] });
    expect(await resolve('cors', { 'param:appOrigins': '' })).toEqual({ value: false });
  });

  test.each([
    [{ 'env:JWT_ISSUER': 'https://issuer.example/' }, 'oidc'],
    [{ 'env:JWT_ISSUER': '' }, 'cognito'],
    [{}, 'cognito'],
  ])('names with %j the identity provider %s', async (values, value) => {
    expect(await framework().resolve('identityProvider', values)).toEqual({ value });
  });

  test.each([
    ['alarms', 'stack:alarms} is not defined; in its place can be: name, consumers, '],
    ['', 'stack:} is not defined; in its place can be: name, '],
    [
      'userPool.roles',
      'stack:userPool.roles} is not defined; in its place can be: resourceServer, scopes, groups',
    ],
    ['identityProvider.url', 'stack:identityProvider.url} is not defined'],
    ['userPool.toString', 'stack:userPool.toString} is not defined'],
  ])('that is not there, %j, is refused with those that are', async (address, message) => {
    await expect(framework().resolve(address)).rejects.toThrow(message);
  });

  test('reports a wrong configuration as an error of the framework, which it prints without a stack', async () => {
    const failure = framework().resolve('cors', { 'param:appOrigins': '*' });
    await expect(failure).rejects.toThrow(ServerlessError);
    await expect(failure).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });

  test('rejects with any other error as it is: the framework waits for variables that are not resolved yet', async () => {
    await expect(framework().resolve('cors')).rejects.not.toThrow(ServerlessError);
  });
});

describe('The plugin', () => {
  test('lets serverless.yml list consumers, and functions declare permissions', () => {
    expect(framework().schemas).toMatchObject({
      consumers: { type: 'array' },
      functions: { properties: { permissions: { type: 'object' } } },
    });
  });

  test('gives each function a role of its own, beside the resources that are there', async () => {
    const topic: Resource = { Type: 'AWS::SNS::Topic' };
    const functions: Record<string, { role?: string; permissions?: object }> = {
      publish: { permissions: { Topic: ['Publish'] } },
      health: {},
    };
    const { plugin, serverless } = framework({ functions, resources: { Topic: topic } });
    await plugin.hooks.initialize?.();
    expect(Object.keys(serverless.service.resources.Resources)).toEqual([
      'Topic',
      'publishRole',
      'healthRole',
    ]);
    expect([functions.publish?.role, functions.health?.role]).toEqual(['publishRole', 'healthRole']);
  });

  test('limits every role to the boundary of the stage, where one is asked for', async () => {
    const configuration = {
      functions: { health: {} },
      resources: { BackupRole: { Type: 'AWS::IAM::Role' } },
    };
    const limited = framework({ ...configuration, permissionsBoundary: 'stage' });
    await limited.plugin.hooks.initialize?.();
    const boundary = {
      'Fn::Sub': 'arn:$' + '{AWS::Partition}:iam::$' + '{AWS::AccountId}:policy/shop-qa-boundary',
    };
    expect(limited.serverless.service.resources.Resources).toMatchObject({
      BackupRole: { Properties: { PermissionsBoundary: boundary } },
      healthRole: { Properties: { PermissionsBoundary: boundary } },
    });
    const free = framework({ ...configuration, permissionsBoundary: 'none' });
    await free.plugin.hooks.initialize?.();
    expect(JSON.stringify(free.serverless.service.resources)).not.toContain('PermissionsBoundary');
    const wrong = framework({ ...configuration, permissionsBoundary: 'admin' });
    await expect(wrong.plugin.hooks.initialize?.()).rejects.toThrow('param:permissionsBoundary');
  });

  test('lets a function that may send to its own queue do so without end, and no other', async () => {
    const queue: Resource = { Type: 'AWS::SQS::Queue' };
    const events = [{ sqs: { arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } } }];
    const functions = {
      view: { permissions: { Queue: ['SendMessage'] }, events },
      sales: { permissions: { Other: ['SendMessage'] }, events },
      rebuild: { permissions: { Queue: ['SendMessage'] } },
    };
    const { plugin, serverless } = framework({ functions, resources: { Queue: queue, Other: queue } });
    await plugin.hooks.initialize?.();
    expect(serverless.service.resources).toMatchObject({
      extensions: { viewLambdaFunction: { Properties: { RecursiveLoop: 'Allow' } } },
    });
    expect(JSON.stringify(serverless.service.resources)).not.toMatch(/(sales|rebuild)LambdaFunction/);
  });

  test.each([
    [{ default: { docs: 'page' }, prod: { dosc: 'none' } }, 'prod: default has no parameter dosc'],
    [{ prod: { docs: 'none' } }, 'prod: default has no parameter docs'],
    [{ default: 'file.yml' }, 'default: '],
  ])('refuses the stages %j', async (params, finding) => {
    const { plugin } = framework({ params });
    await expect(plugin.hooks.initialize?.()).rejects.toThrow(`resources/stages.yml: ${finding}`);
  });

  test.each([
    [{ CURRENCY: 'usd' }, {}, 'CURRENCY: is not an ISO 4217 code'],
    [
      { CURRENCY: 'USD' },
      { HIGH_VALUE_THRESHOLD: 999.995 },
      'HIGH_VALUE_THRESHOLD: 999.995 has more than the 2 decimals',
    ],
    [{}, { MAX_RECEIVE_COUNT: 0 }, 'MAX_RECEIVE_COUNT: must be a whole number'],
  ])(
    'refuses with the provider %j and the function %j what would fail at a cold start',
    async (all, own, finding) => {
      const { plugin } = framework({ environment: all, functions: { sales: { environment: own } } });
      await expect(plugin.hooks.initialize?.()).rejects.toThrow(`sales: environment: ${finding}`);
    },
  );

  test('leaves to CloudFormation what it fills in', async () => {
    const environment = {
      CURRENCY: 'EUR',
      HIGH_VALUE_THRESHOLD: 1_000,
      CONSUMER_QUEUES: { 'Fn::Sub': '{}' },
    };
    await framework({ functions: { sales: { environment } } }).plugin.hooks.initialize?.();
  });

  test('names the function whose permission is on nothing', async () => {
    const { plugin } = framework({ functions: { publish: { permissions: { Topic: ['Publish'] } } } });
    const failure = Promise.resolve(plugin.hooks.initialize?.());
    await expect(failure).rejects.toThrow('publish: permissions: the stack has no Topic');
    await expect(failure).rejects.toThrow(ServerlessError);
  });
});

describe('A deployment', () => {
  const subscription = (queue: string): Resource => ({
    Type: 'AWS::SNS::Subscription',
    Properties: { Protocol: 'sqs', Endpoint: { 'Fn::GetAtt': [queue, 'Arn'] } },
  });
  const consumer = (folder: string, queue: string) => ({
    handler: `functions/${folder}/handler.handler`,
    events: [{ sqs: { arn: { 'Fn::GetAtt': [queue, 'Arn'] } } }],
  });
  const configuration = {
    functions: {
      sales: consumer('consumers/sales', 'SalesQueue'),
      wrapping: consumer('consumers/wrapping', 'WrappingQueue'),
      'gift-view': consumer('projections/gift-view', 'GiftViewQueue'),
      deadlines: consumer('consumers/deadlines', 'DeadlinesQueue'),
      health: { handler: 'functions/queries/health/handler.handler' },
    },
    resources: {
      SalesSubscription: subscription('SalesQueue'),
      WrappingSubscription: subscription('WrappingQueue'),
      GiftViewSubscription: subscription('GiftViewQueue'),
    },
  };
  const deploy = async (deployed?: string[]) => {
    const { plugin, notices } = framework({ ...configuration, ...(deployed && { deployed }) });
    await plugin.hooks['before:aws:deploy:deploy:createStack']?.();
    await plugin.hooks['after:deploy:finalize']?.();
    return notices.join('\n');
  };

  test('says how a consumer gets its history whose queue the stack did not have, and of no other', async () => {
    expect((await deploy(['SalesQueue', 'EventsTopic'])).split('\n')).toEqual([
      '',
      'wrapping is new: it receives what is appended from now on. For what was appended before:',
      '  npm run ops -- backfill --consumer wrapping --from <day> --old --dry-run --stage qa',
      'gift-view is new: it receives what is appended from now on. For what was appended before:',
      '  npm run ops -- rebuild --projection gift-view --stage qa',
    ]);
  });

  test('says nothing where no consumer is new, and the first time, when there is no history', async () => {
    expect(await deploy(['SalesQueue', 'WrappingQueue', 'GiftViewQueue'])).toBe('');
    expect(await deploy()).toBe('');
  });
});
