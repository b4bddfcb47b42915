import type { Answer, Call, Emulator } from './emulator.ts';

/** What there is in an account, by kind: the lists of AWS that a stack of ours could leave something in. */
const lists: readonly [kind: string, call: Call, items: string, name: string | undefined][] = [
  ['buckets', ['s3', 'list_buckets'], 'Buckets', 'Name'],
  ['tables', ['dynamodb', 'list_tables'], 'TableNames', undefined],
  ['backups', ['dynamodb', 'list_backups'], 'BackupSummaries', 'BackupArn'],
  ['topics', ['sns', 'list_topics'], 'Topics', 'TopicArn'],
  ['subscriptions', ['sns', 'list_subscriptions'], 'Subscriptions', 'SubscriptionArn'],
  ['queues', ['sqs', 'list_queues'], 'QueueUrls', undefined],
  ['functions', ['lambda', 'list_functions'], 'Functions', 'FunctionName'],
  ['mappings', ['lambda', 'list_event_source_mappings'], 'EventSourceMappings', 'UUID'],
  ['apis', ['apigatewayv2', 'get_apis'], 'Items', 'ApiId'],
  ['roles', ['iam', 'list_roles'], 'Roles', 'RoleName'],
  ['policies', ['iam', 'list_policies', { Scope: 'Local' }], 'Policies', 'PolicyName'],
  ['log groups', ['logs', 'describe_log_groups'], 'logGroups', 'logGroupName'],
  ['user pools', ['cognito-idp', 'list_user_pools', { MaxResults: 60 }], 'UserPools', 'Id'],
  ['keys', ['kms', 'list_aliases'], 'Aliases', 'AliasName'],
  ['alarms', ['cloudwatch', 'describe_alarms'], 'MetricAlarms', 'AlarmName'],
  ['dashboards', ['cloudwatch', 'list_dashboards'], 'DashboardEntries', 'DashboardName'],
  ['rules', ['events', 'list_rules'], 'Rules', 'Name'],
  ['schedules', ['scheduler', 'list_schedules'], 'Schedules', 'Name'],
  ['parameters', ['ssm', 'describe_parameters'], 'Parameters', 'Name'],
];

export type Inventory = Record<string, string[]>;

export async function takeInventory(emulator: Emulator): Promise<Inventory> {
  const answers = await emulator.calls(lists.map(([, call]) => call));
  return Object.fromEntries(
    lists.map(([kind, , items, name], index) => {
      const found: Answer[] = answers[index][items] ?? [];
      return [kind, found.map((item) => (name ? item[name] : item)).sort()];
    }),
  );
}
