import { setTimeout as pause } from 'node:timers/promises';
import { type AwsApi, AwsApiError } from '#resources/local/emulators/aws-api.ts';

interface Index {
  IndexName: string;
}

export interface TableProperties {
  KeySchema: { AttributeName: string; KeyType: string }[];
  AttributeDefinitions: unknown[];
  GlobalSecondaryIndexes?: Index[];
  LocalSecondaryIndexes?: Index[];
  BillingMode?: string;
  ProvisionedThroughput?: unknown;
  StreamSpecification?: { StreamViewType: string };
  TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
}

interface Description {
  TableStatus: string;
  TableArn: string;
  LatestStreamArn?: string;
  KeySchema: TableProperties['KeySchema'];
  GlobalSecondaryIndexes?: Index[];
  LocalSecondaryIndexes?: Index[];
}

/**
 * Creates the table, or takes the one that was kept if it has the same key and indexes.
 * @throws Error when a kept table is of another shape
 */
export async function createTable(
  api: AwsApi,
  name: string,
  properties: TableProperties,
  region: string,
): Promise<{ arn: string; streamArn?: string }> {
  const kept = await describe(api, name);
  if (kept) assertSameShape(name, kept, properties);
  else await api.dynamodb('CreateTable', createInput(name, properties));
  const table = await untilActive(api, name);
  if (!kept) await enableTimeToLive(api, name, properties);
  const { TableArn, LatestStreamArn } = table;
  return {
    arn: inRegion(TableArn, region),
    ...(LatestStreamArn ? { streamArn: inRegion(LatestStreamArn, region) } : {}),
  };
}

/** dynoxide names itself as the region of its ARNs, and takes them with any. */
const inRegion = (arn: string, region: string): string => arn.replace(':dynoxide:', `:${region}:`);

/** What CreateTable takes of the resource's properties; encryption, backups and tags mean nothing locally. */
function createInput(name: string, properties: TableProperties): object {
  const {
    KeySchema,
    AttributeDefinitions,
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
    StreamSpecification,
  } = properties;
  return {
    TableName: name,
    KeySchema,
    AttributeDefinitions,
    BillingMode: properties.BillingMode ?? 'PROVISIONED',
    ...(properties.ProvisionedThroughput ? { ProvisionedThroughput: properties.ProvisionedThroughput } : {}),
    ...(GlobalSecondaryIndexes ? { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(indexInput) } : {}),
    ...(LocalSecondaryIndexes ? { LocalSecondaryIndexes: LocalSecondaryIndexes.map(indexInput) } : {}),
    ...(StreamSpecification
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: StreamSpecification.StreamViewType } }
      : {}),
  };
}

function indexInput(index: Index): object {
  const { IndexName, KeySchema, Projection, ProvisionedThroughput } = index as Index &
    Record<string, unknown>;
  return { IndexName, KeySchema, Projection, ...(ProvisionedThroughput ? { ProvisionedThroughput } : {}) };
}

async function describe(api: AwsApi, name: string): Promise<Description | undefined> {
  try {
    return (await api.dynamodb<{ Table: Description }>('DescribeTable', { TableName: name })).Table;
  } catch (error) {
    if (error instanceof AwsApiError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function untilActive(api: AwsApi, name: string): Promise<Description> {
  for (;;) {
    const table = await describe(api, name);
    if (table?.TableStatus === 'ACTIVE') return table;
    await pause(10);
  }
}

function assertSameShape(name: string, kept: Description, wanted: TableProperties): void {
  const shape = (table: Description | TableProperties) =>
    JSON.stringify([
      table.KeySchema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).sort(),
      [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
        .map(({ IndexName }) => IndexName)
        .sort(),
    ]);
  if (shape(kept) === shape(wanted)) return;
  throw new Error(
    `The table ${name} was kept from an earlier run and has other keys or indexes than the template. ` +
      'Remove the data directory (LOCAL_DATA_DIR), or choose another.',
  );
}

async function enableTimeToLive(api: AwsApi, name: string, properties: TableProperties): Promise<void> {
  const specification = properties.TimeToLiveSpecification;
  if (!specification?.Enabled) return;
  await api.dynamodb('UpdateTimeToLive', {
    TableName: name,
    TimeToLiveSpecification: { AttributeName: specification.AttributeName, Enabled: true },
  });
}
