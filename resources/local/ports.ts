import { createServer } from 'node:net';
import { isListening } from './emulators/free-port.ts';

export const defaultHttpPort = 3000;
const defaultLambdaPort = 3002;

/** The port of the local API: HTTP_PORT, or 3000. Throws an Error that names the variable where it is no port. */
export const httpPort = (): number => portOf('HTTP_PORT', defaultHttpPort);

/** The port of serverless-offline's Lambda endpoint: LAMBDA_PORT, or 3002. Throws as above. */
export const lambdaPort = (): number => portOf('LAMBDA_PORT', defaultLambdaPort);

function portOf(variable: string, usual: number): number {
  const given = process.env[variable];
  if (!given) return usual;
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Error(`${variable} must be a port, a whole number from 1 to 65535, not "${given}".`);
}

/**
 * Makes sure that a run can listen on both ports.
 * @throws Error in one line that names the variable
 */
export async function assertPortsAreFree(http: number, lambda: number): Promise<void> {
  if (http === lambda) {
    throw new Error(`HTTP_PORT and LAMBDA_PORT are both ${http}. Set one of them to another port.`);
  }
  await assertFree('HTTP_PORT', http);
  await assertFree('LAMBDA_PORT', lambda);
}

async function assertFree(variable: string, port: number): Promise<void> {
  const failure = (await isListening(port)) ? 'EADDRINUSE' : await tryToListen(port);
  if (failure === undefined) return;
  if (failure === 'EADDRINUSE') {
    throw new Error(`Port ${port} is in use. Stop what listens there, or set ${variable} to another port.`);
  }
  const why = failure === 'EACCES' ? 'is not allowed to this user' : `cannot be used (${failure})`;
  throw new Error(`Port ${port} ${why}. Set ${variable} to another port.`);
}

/** The error's code, or undefined where it went well. */
function tryToListen(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
