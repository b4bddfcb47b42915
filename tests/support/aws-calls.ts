import type { Stack } from '#resources/local/stack/stack.ts';

/** A right as IAM has it: an action on one resource. */
export interface Right {
  /** `dynamodb:PutItem` */
  action: string;
  /** An ARN, or `*` where the service has no resources. */
  resource: string;
}

/** Commands that need the right of their own name, or of what they do many times at once (Service Authorization Reference). */
const dynamoActions: Record<string, string> = {
  GetCommand: 'GetItem',
  GetItemCommand: 'GetItem',
  PutCommand: 'PutItem',
  PutItemCommand: 'PutItem',
  UpdateCommand: 'UpdateItem',
  UpdateItemCommand: 'UpdateItem',
  DeleteCommand: 'DeleteItem',
  DeleteItemCommand: 'DeleteItem',
  QueryCommand: 'Query',
  ScanCommand: 'Scan',
  DescribeTableCommand: 'DescribeTable',
};

const batchActions: Record<string, string> = {
  BatchGetCommand: 'BatchGetItem',
  BatchWriteCommand: 'BatchWriteItem',
};

/** "Using IAM with DynamoDB transactions": the right of each item's operation, none for the transaction. */
const transactionActions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
};

const queueActions: Record<string, string> = {
  SendMessageCommand: 'SendMessage',
  SendMessageBatchCommand: 'SendMessage',
  ReceiveMessageCommand: 'ReceiveMessage',
  DeleteMessageCommand: 'DeleteMessage',
  DeleteMessageBatchCommand: 'DeleteMessage',
  ChangeMessageVisibilityCommand: 'ChangeMessageVisibility',
  ChangeMessageVisibilityBatchCommand: 'ChangeMessageVisibility',
  GetQueueAttributesCommand: 'GetQueueAttributes',
};

interface Input {
  TableName?: string;
  IndexName?: string;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, { TableName: string }>[];
  Statements?: { Statement: string }[];
  TopicArn?: string;
  QueueUrl?: string;
  FromEmailAddress?: string;
}

/** The rights that AWS asks for when this command of the SDK is sent. Throws for a command that is not known here. */
export function rightsFor(command: object, stack: Stack): Right[] {
  const { name } = command.constructor;
  const { input } = command as { input: Input };
  const tableArn = (table: string | undefined) => arnOf(Object.values(stack.tables), 'name', table);
  const { [name]: dynamo } = dynamoActions;
  if (dynamo) {
    const table = tableArn(input.TableName);
    const resource = input.IndexName ? `${table}/index/${input.IndexName}` : table;
    return [{ action: `dynamodb:${dynamo}`, resource }];
  }
  const { [name]: batch } = batchActions;
  if (batch) {
    return Object.keys(input.RequestItems ?? {}).map((table) => ({
      action: `dynamodb:${batch}`,
      resource: tableArn(table),
    }));
  }
  if (/^Transact(Write|Get)Command$/.test(name)) {
    return (input.TransactItems ?? []).flatMap((item) =>
      Object.entries(item).map(([operation, { TableName }]) => ({
        action: `dynamodb:${transactionActions[operation]}`,
        resource: tableArn(TableName),
      })),
    );
  }
  // "IAM security policies with PartiQL for DynamoDB": the right of each statement, none for the batch.
  if (name === 'BatchExecuteStatementCommand') {
    const tables = (input.Statements ?? []).map(({ Statement }) => insertedInto(Statement));
    return [...new Set(tables)].map((table) => ({
      action: 'dynamodb:PartiQLInsert',
      resource: tableArn(table),
    }));
  }
  const { [name]: queue } = queueActions;
  if (queue) {
    const resource = arnOf(Object.values(stack.queues), 'url', input.QueueUrl);
    return [{ action: `sqs:${queue}`, resource }];
  }
  if (name === 'PublishCommand' || name === 'PublishBatchCommand') {
    return [{ action: 'sns:Publish', resource: arnOf(Object.values(stack.topics), 'arn', input.TopicArn) }];
  }
  // SES asks for the identity that it sends as: the address where that is verified, else its domain.
  if (name === 'SendEmailCommand' && input.FromEmailAddress) {
    const address = input.FromEmailAddress;
    return [address, address.replace(/^.*@/, '')].map((identity) => ({
      action: 'ses:SendEmail',
      resource: stack.resolve<string>({
        'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
      }),
    }));
  }
  throw new Error(`which rights does ${name} need?`);
}

/** The table of a statement as kit/aws/insert-items writes it. */
function insertedInto(statement: string): string {
  const table = /^INSERT INTO "([^"]+)" VALUE \{/.exec(statement)?.[1];
  if (!table) throw new Error(`which rights does this need? ${statement}`);
  return table;
}

function arnOf<Property extends string>(
  resources: ({ arn: string } & Record<Property, string>)[],
  property: Property,
  value: string | undefined,
): string {
  const found = resources.find((resource) => resource[property] === value);
  if (!found) throw new Error(`a call on ${value}, which is not in the stack`);
  return found.arn;
}

/** What each function called, by its name. */
export class CallRecord {
  readonly #rights = new Map<string, Map<string, Right>>();

  add(functionName: string, rights: readonly Right[]): void {
    const known = this.#rights.get(functionName) ?? new Map<string, Right>();
    for (const right of rights) known.set(`${right.action} ${right.resource}`, right);
    this.#rights.set(functionName, known);
  }

  /** The same, but for one function that called this. */
  with(functionName: string, rights: readonly Right[]): CallRecord {
    const copy = new CallRecord();
    for (const name of this.#rights.keys()) copy.add(name, name === functionName ? rights : this.of(name));
    return copy;
  }

  of(functionName: string): Right[] {
    return [...(this.#rights.get(functionName)?.values() ?? [])];
  }
}
