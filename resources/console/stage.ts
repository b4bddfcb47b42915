import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { application } from '#application';
import { type StageOptions, stageInvoker } from '#resources/cli/ops/invokers.ts';
import { compile } from '#resources/local/package-template.ts';
import type { Payloads } from './protocol.ts';
import { createConsole } from './server/console.ts';
import { graphOf } from './server/graph.ts';
import { Journal } from './server/journal.ts';
import { stageSource } from './server/stage-source.ts';
import { shopOf } from './shop.ts';

const QUEUES_EVERY_MS = 20_000;

export interface StageConsoleOptions extends StageOptions {
  serviceDir: string;
  payloads: Payloads;
  /** 0 = any that is free. */
  port: number;
}

/**
 * Serves the console of a deployed stage on loopback. Nothing is deployed for it and nothing of it can be reached from elsewhere.
 * @returns its URL
 */
export async function startStageConsole(
  options: StageConsoleOptions,
): Promise<{ url: string; stop(): void }> {
  const { serviceDir, stage, payloads, port } = options;
  const { template, remove } = await compile(stage);
  await remove();
  const prefix = `${application.name}-${stage}-`;
  const graph = graphOf(template, { prefix, projections: application.projections });
  const journal = new Journal(prefix);
  const shop = shopOf();
  const source = stageSource({
    stage,
    consumers: graph.nodes.filter(({ kind }) => kind === 'consumer').map(({ label }) => label),
    shop,
    invoke: stageInvoker(serviceDir, options),
    journal,
  });
  const console = createConsole({ source, shop, graph, journal, payloads, queuesEveryMs: QUEUES_EVERY_MS });
  const server = createServer((request, response) => {
    if (console.takes(request)) return console.handle(request, response);
    response.writeHead(302, { location: '/console' }).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/console`,
    stop() {
      console.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}
