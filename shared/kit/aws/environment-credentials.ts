/**
 * In the bundles of functions, in place of the SDK's chain of credential providers (`@aws-sdk/credential-provider-node`): Lambda puts the
 * credentials of a function's role into its environment, so nothing else has to be looked for. The chain is 100 KB of each bundle.
 * Code that runs unbundled, as the command line does, has the whole chain.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
};
