/**
 * In the bundles of functions, in place of the SDK's cache of discovered endpoints (`@aws-sdk/endpoint-cache`): DynamoDB's endpoint is that of the
 * region, and discovery stays off. 8 KB of each bundle.
 */
export class EndpointCache {
  get(): never {
    throw new Error('bundles discover no endpoints: see alias in serverless.yml');
  }
}
