import { application } from '#application';
import type { Resource } from '#resources/local/stack/template.ts';

type Scope = (typeof application.scopes)[number];

/**
 * The permissions beyond a caller's own data. A machine has one as a scope of the resource server, a person as a group of the
 * user pool with the same name. `groupId` is the logical id of that group and must never change once it is deployed.
 */
const scopes: Readonly<Record<Scope, { groupId: string; description: string }>> = {
  'orders:manage': { groupId: 'OrderManagers', description: 'See and change all orders and customers' },
  'catalogue:manage': {
    groupId: 'CatalogueManagers',
    description: 'List products, change and withdraw them',
  },
  'payments:write': { groupId: 'PaymentClerks', description: 'Report payments and refund them' },
  'inventory:write': { groupId: 'StockClerks', description: 'Receive and adjust stock' },
  'reviews:decide': { groupId: 'FraudReviewers', description: 'Approve and reject fraud reviews' },
  'customs:decide': { groupId: 'CustomsClerks', description: 'Clear and refuse customs declarations' },
  'audit:read': { groupId: 'Auditors', description: 'Read all events' },
};

/** For the user pool: the id of the resource server, its `scopes`, and the `groups` as resources of serverless.yml. */
export async function readUserPoolScopes() {
  return {
    resourceServer: application.resourceServer,
    scopes: Object.entries(scopes).map(([ScopeName, { description }]) => ({
      ScopeName,
      ScopeDescription: description,
    })),
    groups: { Resources: groupResources() },
  };
}

const groupResources = (): Record<string, Resource> =>
  Object.fromEntries(
    Object.entries(scopes).map(([GroupName, { groupId, description }]) => [
      groupId,
      {
        Type: 'AWS::Cognito::UserPoolGroup',
        Properties: { UserPoolId: { Ref: 'UserPool' }, GroupName, Description: description },
      },
    ]),
  );
