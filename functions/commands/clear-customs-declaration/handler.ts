import { application } from '#application';
import { type CustomsDeclarationCommand, customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { decisionHandler } from '../decision-handler.ts';

/** POST /customs-declarations/{orderId}/clear */
export const createHandler = (runtime: Runtime) =>
  decisionHandler(runtime, customsDeclarationAggregate, {
    operation: 'clear-customs-declaration',
    scope: 'customs:decide',
    command: (decision): CustomsDeclarationCommand => ({ type: 'clear', ...decision }),
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
