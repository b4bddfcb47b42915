import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What is changed of a client; all clients of the SDK have it. */
type Changed = Pick<DynamoDBClient, 'middlewareStack' | 'config'>;

const USER_AGENT = `aws-sdk-js/3 md/nodejs#${process.versions.node}`;

/**
 * The client without what the SDK makes anew for each request and nobody here needs: a loggable copy of the request and
 * its answer, also for a logger that does nothing; a user agent that names the features in use; a signer. Together they
 * are a twelfth of a command's CPU. Credentials are still asked for at each request, and renewed where they expire.
 */
export function lean<Client extends { middlewareStack: unknown; config: unknown }>(client: Client): Client {
  const { middlewareStack, config } = client as unknown as Changed;
  middlewareStack.remove('loggerMiddleware');
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['user-agent'] = USER_AGENT;
      return next(args);
    },
    { name: 'getUserAgentMiddleware', step: 'build', priority: 'low', override: true },
  );
  config.signer = once(config.signer);
  return client;
}

/** The signer of each region and service, made once; what failed is tried again. */
function once(make: Changed['config']['signer']): Changed['config']['signer'] {
  const made = new Map<string, Awaited<ReturnType<typeof make>>>();
  return async (scheme) => {
    const name = `${scheme?.signingName}/${scheme?.signingRegion}`;
    const signer = made.get(name) ?? (await make(scheme));
    made.set(name, signer);
    return signer;
  };
}
