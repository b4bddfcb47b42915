import type { Runtime } from '#kit/config/runtime.ts';
import type { Stack } from '#resources/local/stack/stack.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { rightsFor } from './aws-calls.ts';
import { functionsOf, grantedTo } from './role-rights.ts';

/** As AWS says it; `name` is what the SDK gives the error. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDeniedException';
}

type Clients = Pick<Runtime, 'dynamo' | 'sns' | 'sqs'>;

/** Puts a function's role between it and its clients: what the role does not allow fails with AccessDenied. */
export function enforcedRoles(template: Template, stack: Stack) {
  const granted = new Map(
    functionsOf(template).map(({ name, resource }) => [
      name,
      new Set(grantedTo(template, stack, resource).map(({ action, resource: on }) => `${action} on ${on}`)),
    ]),
  );
  return (functionName: string, clients: Clients): Clients => {
    const rights = granted.get(functionName);
    const checked = (client: { send: unknown }) => ({
      async send(command: object) {
        for (const { action, resource } of rightsFor(command, stack)) {
          if (rights?.has(`${action} on ${resource}`)) continue;
          throw new AccessDenied(`${functionName} is not authorized to perform ${action} on ${resource}`);
        }
        return (client as { send(command: object): Promise<unknown> }).send(command);
      },
    });
    const { dynamo, sns, sqs } = clients;
    return { dynamo: checked(dynamo), sns: checked(sns), sqs: checked(sqs) } as unknown as Clients;
  };
}
