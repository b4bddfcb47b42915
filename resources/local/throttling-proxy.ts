import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ThrottlingProxy {
  endpoint: string;
  stop(): Promise<void>;
}

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The console throttles this table.',
});

/**
 * A loopback server that passes calls on to a DynamoDB, and refuses those of which `strikes` says so, as DynamoDB refuses
 * calls above a table's capacity.
 * @param strikes asked for each table that a call is about
 */
export async function startThrottlingProxy(
  target: string,
  strikes: (tableName: string) => boolean,
): Promise<ThrottlingProxy> {
  const { host } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (given, response) => {
    const body = await bodyOf(given);
    if (tablesIn(body).some(strikes)) {
      return void response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
    }
    const { method, url = '/', headers } = given;
    const passed = request(
      new URL(url, target),
      { method, headers: { ...headers, host }, agent },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    passed.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

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
