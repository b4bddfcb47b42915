import { basename, join, resolve } from 'node:path';
import type { OperationContract } from '#api/operation.ts';
import { application } from '#application';
import type { Runtime } from '#kit/config/runtime.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import type { HttpLambda, HttpRouteInput } from '#kit/http/handler.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { textsIn } from './texts-in.ts';

const root = resolve(import.meta.dirname, '../..');

/** One route of the API: where it is (the template), what it takes (the handler), what it is for (contract.ts). */
export interface Operation {
  /** The function's folder, which is its name in serverless.yml too. */
  name: string;
  method: string;
  path: string;
  /** The gateway asks for a token. */
  authorized: boolean;
  route: HttpRouteInput;
  contract: OperationContract;
}

/** Every route of the compiled template, in its order. Throws where a function has no contract. */
export async function operationsOf(template: Template): Promise<Operation[]> {
  const routes = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  return Promise.all(
    routes.map(async ({ Properties }) => {
      const { RouteKey, AuthorizationType, Target } = Properties as unknown as RouteProperties;
      const [method = '', path = ''] = RouteKey.split(' ');
      const folder = join(root, functionBehind(template, Target).Handler.replace(/\/handler\.handler$/, ''));
      const { createHandler } = (await import(join(folder, 'handler.ts'))) as HandlerModule;
      const { contract } = (await import(join(folder, 'openapi.ts'))) as { contract: OperationContract };
      const { route } = createHandler(createRuntime(application, { settings: {} }));
      return {
        name: basename(folder),
        method,
        path,
        authorized: AuthorizationType === 'JWT',
        route,
        contract,
      };
    }),
  );
}

interface RouteProperties {
  RouteKey: string;
  AuthorizationType?: string;
  Target: unknown;
}

interface HandlerModule {
  createHandler(runtime: Runtime): HttpLambda;
}

/** Route → integration → function; each names the next by `Ref` or `Fn::GetAtt`. */
function functionBehind(template: Template, target: unknown) {
  const integration = template.Resources[idIn(target, 'AWS::ApiGatewayV2::Integration', template)];
  const uri = integration?.Properties?.IntegrationUri;
  const found = template.Resources[idIn(uri, 'AWS::Lambda::Function', template)];
  return found?.Properties as { Handler: string };
}

function idIn(value: unknown, type: string, template: Template): string {
  const id = textsIn(value).find((name) => template.Resources[name]?.Type === type);
  if (!id) throw new Error(`no ${type} in ${JSON.stringify(value)}`);
  return id;
}
