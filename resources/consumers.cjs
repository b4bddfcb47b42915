// From each consumer.yml (name, description, calls, filter, batch: what differs) the rest, which is the same for all: a function, a queue
// with its dead letters, a subscription with the filter, the mapping. Read by serverless.yml.

/** Seconds; AWS advises a visibility timeout of six times the function's. */
const FUNCTION_TIMEOUT = 20;
const VISIBILITY_TIMEOUT = 6 * FUNCTION_TIMEOUT;
const DAY = 86_400;

const KNOWN_KEYS = [
  'name',
  'description',
  'handler',
  'calls',
  'filter',
  'batchSize',
  'batchWindow',
  'maximumConcurrency',
  'environment',
];

module.exports.functions = async ({ resolveVariable }) => {
  const { maxReceiveCount, retryBaseSeconds } = await resolveVariable('self:custom.parameters');
  const consumerConcurrency = await resolveVariable('param:consumerConcurrency');
  const functions = {};
  for (const consumer of await consumersOf(resolveVariable)) {
    const id = logicalId(consumer.name);
    functions[consumer.name] = {
      handler: consumer.handler,
      description: consumer.description,
      calls: {
        ...consumer.calls,
        [`${id}Queue`]: ['ChangeMessageVisibility', ...(consumer.calls?.[`${id}Queue`] ?? [])],
        [`${id}DeadLetters`]: ['SendMessage'],
      },
      timeout: FUNCTION_TIMEOUT,
      environment: {
        CONSUMER: consumer.name,
        QUEUE_URL: { Ref: `${id}Queue` },
        DEAD_LETTER_QUEUE_URL: { Ref: `${id}DeadLetters` },
        MAX_RECEIVE_COUNT: maxReceiveCount,
        RETRY_BASE_SECONDS: retryBaseSeconds,
        ...consumer.environment,
      },
      events: [
        {
          sqs: {
            arn: { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] },
            functionResponseType: 'ReportBatchItemFailures',
            batchSize: consumer.batchSize ?? 10,
            ...(consumer.batchWindow !== undefined && { maximumBatchingWindow: consumer.batchWindow }),
            maximumConcurrency: Math.min(consumer.maximumConcurrency ?? Infinity, consumerConcurrency),
          },
        },
      ],
    };
  }
  return functions;
};

module.exports.resources = async ({ resolveVariable }) => {
  const prefix = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  const { maxReceiveCount } = await resolveVariable('self:custom.parameters');
  const retention = await resolveVariable('param:queueRetentionInDays');
  const encryption = await encryptionOf(resolveVariable);
  const Resources = {};
  for (const { name, filter } of await consumersOf(resolveVariable)) {
    const id = logicalId(name);
    const arn = (suffix) => ({ 'Fn::GetAtt': [`${id}${suffix}`, 'Arn'] });
    Resources[`${id}DeadLetters`] = {
      Type: 'AWS::SQS::Queue',
      // The longest there is: a dead letter keeps the age that it had in its queue.
      Properties: {
        QueueName: `${prefix}-${name}-dead-letters`,
        MessageRetentionPeriod: 14 * DAY,
        ...encryption,
      },
    };
    Resources[`${id}Queue`] = {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${prefix}-${name}`,
        VisibilityTimeout: VISIBILITY_TIMEOUT,
        MessageRetentionPeriod: retention * DAY,
        RedrivePolicy: { deadLetterTargetArn: arn('DeadLetters'), maxReceiveCount },
        ...encryption,
      },
    };
    Resources[`${id}Subscription`] = {
      Type: 'AWS::SNS::Subscription',
      DependsOn: [`${id}QueuePolicy`, `${id}DeadLettersPolicy`],
      Properties: {
        TopicArn: { Ref: 'EventsTopic' },
        Protocol: 'sqs',
        Endpoint: arn('Queue'),
        RawMessageDelivery: true,
        FilterPolicyScope: 'MessageAttributes',
        FilterPolicy: withNumbers(filter),
        RedrivePolicy: { deadLetterTargetArn: arn('DeadLetters') },
      },
    };
    for (const suffix of ['Queue', 'DeadLetters']) {
      Resources[`${id}${suffix}Policy`] = admitTopic(`${id}${suffix}`);
    }
  }
  return { Resources };
};

/** The name of each consumer's queue and dead letters. */
module.exports.outputs = async ({ resolveVariable }) => {
  const Outputs = {};
  for (const { name } of await consumersOf(resolveVariable)) {
    for (const suffix of ['Queue', 'DeadLetters']) {
      const id = `${logicalId(name)}${suffix}`;
      Outputs[`${id}Name`] = { Value: { 'Fn::GetAtt': [id, 'QueueName'] } };
    }
  }
  return { Outputs };
};

/** For operations: JSON of each consumer's queue and dead letters. A function's environment takes 4 KB: some 15 consumers. */
module.exports.queues = async ({ resolveVariable }) => {
  const entries = (await consumersOf(resolveVariable)).map(({ name }) => {
    const id = logicalId(name);
    return [name, { queue: `\${${id}Queue}`, deadLetters: `\${${id}DeadLetters}` }];
  });
  return { 'Fn::Sub': JSON.stringify(Object.fromEntries(entries)) };
};

/** Our topic may send to this queue, and nobody else's; nobody may do anything but over TLS. */
function admitTopic(queue) {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'EventsTopic' } } },
          },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}

async function encryptionOf(resolveVariable) {
  const file = `file(resources/encryption/${await resolveVariable('param:encryption')}.yml)`;
  return {
    SqsManagedSseEnabled: await resolveVariable(`${file}:queueKeyIsAwsOwned`),
    KmsMasterKeyId: await resolveVariable(`${file}:queueKey`),
  };
}

module.exports.consumersOf = consumersOf;

/** All consumers as their files say. Throws where one says too little, or what nobody knows. */
async function consumersOf(resolveVariable) {
  const consumers = await resolveVariable('self:custom.consumers');
  const names = new Set();
  for (const consumer of consumers) {
    const unknown = Object.keys(consumer).filter((key) => !KNOWN_KEYS.includes(key));
    if (unknown.length > 0) throw new Error(`consumer ${consumer.name}: unknown ${unknown.join(', ')}`);
    if (!consumer.name || !consumer.description || !consumer.handler || !consumer.filter) {
      throw new Error(`a consumer needs name, description, handler and filter: ${JSON.stringify(consumer)}`);
    }
    if (names.has(consumer.name)) throw new Error(`two consumers are called ${consumer.name}`);
    names.add(consumer.name);
  }
  return consumers;
}

/** A parameter that came from the environment is text, and SNS takes numbers only: { numeric: ['>=', '500'] } → 500. */
const withNumbers = (filter) =>
  JSON.parse(JSON.stringify(filter), (key, value) =>
    key === 'numeric' ? value.map((part) => (/^[<>=]/.test(part) ? part : Number(part))) : value,
  );

/** order-view → OrderView */
const logicalId = (name) => name.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());

module.exports.logicalId = logicalId;
