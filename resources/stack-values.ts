import { readConsumerParts } from './consumers/index.ts';
import { readObservability } from './observability/index.ts';
import type { Naming } from './observability/parts.ts';
import { readCors, readSignIn } from './stack/app-origins.ts';
import { readFoldHash } from './stack/fold-hash.ts';
import { readIdentityProvider } from './stack/identity/provider.ts';
import { readUserPoolScopes } from './stack/identity/scopes.ts';
import { readStackName } from './stack/stack-name.ts';
import type { ResolveVariable } from './variables.ts';

/** Rejects with InvalidConfiguration. */
export type ResolveStackValue = (resolveVariable: ResolveVariable, naming: Naming) => Promise<unknown>;

/** What `${stack:<name>}` stands for in serverless.yml and the files that it reads; `${stack:<name>.<field>}` is a part of it. */
export const stackValues: Readonly<Record<string, ResolveStackValue>> = {
  name: readStackName,
  /** `functions`, `resources`, `queues` and `subscriptions`. */
  consumers: readConsumerParts,
  /** Alarms with their topic, the dashboard and the saved queries, as resources and outputs. */
  observability: readObservability,
  /** A literal of JavaScript. */
  foldHash: () => readFoldHash(),
  identityProvider: readIdentityProvider,
  /** `resourceServer`, `scopes` and `groups`. */
  userPool: readUserPoolScopes,
  cors: readCors,
  signIn: readSignIn,
};
