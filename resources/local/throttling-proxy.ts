import type { IncomingMessage } from 'node:http';
import { type LoopbackProxy, startLoopbackProxy } from './loopback-proxy.ts';

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The console throttles this table.',
});

/**
 * A loopback server that passes calls on to a DynamoDB, and refuses those of which `strikes` says so, as DynamoDB refuses
 * calls above a table's capacity.
 * @param strikes asked for each table that a call is about
 */
export const startThrottlingProxy = (
  target: string,
  strikes: (tableName: string) => boolean,
): Promise<LoopbackProxy> =>
  startLoopbackProxy(target, {
    async handle(given, response, pass) {
      const body = await bodyOf(given);
      if (!tablesIn(body).some(strikes)) return pass(given, response, body);
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
    },
  });

async function bodyOf(given: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of given as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Call {
  TableName?: string;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, { TableName: string }>[];
}

function tablesIn(body: Buffer): string[] {
  try {
    const { TableName, RequestItems = {}, TransactItems = [] } = JSON.parse(body.toString()) as Call;
    const inTransaction = TransactItems.flatMap((item) => Object.values(item).map((one) => one.TableName));
    return [...new Set([...(TableName ? [TableName] : []), ...Object.keys(RequestItems), ...inTransaction])];
  } catch {
    return [];
  }
}
