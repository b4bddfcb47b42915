/**
 * The process in which fauxqs (SNS and SQS on one port) runs: `fauxqs-process.ts <port> [data directory]`.
 * Started by `fauxqs.ts` with an IPC channel, it says there when it listens, and ends itself as soon as the
 * channel closes: when its parent dies, even by SIGKILL, nothing stays behind.
 */
import { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { startFauxqs } from 'fauxqs';
import { guardRequests } from '#resources/local/request-guard.ts';
import { adoptKeptQueues, patchFauxqs } from './fauxqs-patches.ts';
import { keepTraceHeaders } from './trace-headers.ts';

const port = Number(process.argv[2]);
const dataDir = process.argv[3];

/** fauxqs has no option for the address and would listen on every interface; and it would take orders from web pages. */
function serveThisMachineOnly(): void {
  const listen = Server.prototype.listen as (...args: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const [options, ...rest] = args;
    if (this instanceof HttpServer) guardRequests(this, {});
    if (typeof options === 'object' && options !== null && 'port' in options) {
      return listen.call(this, { ...options, host: '127.0.0.1' }, ...rest);
    }
    return listen.apply(this, args);
  } as typeof Server.prototype.listen;
}

// A terminal's Ctrl-C reaches the whole process group; the parent decides when this one ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

serveThisMachineOnly();
await patchFauxqs();
await keepTraceHeaders();
try {
  if (dataDir) adoptKeptQueues(port, dataDir);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
await startFauxqs({ port, logger: false, ...(dataDir ? { dataDir } : {}) });
process.send?.('listening');
