import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localIssuer } from '#resources/cli/jwt.ts';
import { localConsole, namePrefixOf } from '#resources/console/local.ts';
import type { Console } from '#resources/console/server/console.ts';
import { Journal } from '#resources/console/server/journal.ts';
import { banner } from './banner.ts';
import { bundleFunctions } from './bundle.ts';
import { fillCatalogue } from './catalogue.ts';
import { skipBuilding, templateFile } from './compile-template.ts';
import { isListening } from './emulators/free-port.ts';
import { recordHops } from './hop-file.ts';
import { LocalRun, useAsEnvironment } from './local-run.ts';
import { formatOutput, muteConsoleLog } from './output.ts';
import { httpPort, lambdaPort } from './ports.ts';
import { startProgress } from './progress.ts';
import { buildFolder, findRun } from './run-file.ts';
import type { PluginUtils, Serverless } from './serverless.ts';
import { patchServerlessOffline } from './serverless-offline/patch.ts';

/**
 * The Serverless plugin of the local run. Around `sls offline start`: emulators and resources before, event
 * source mappings after. Around `sls invoke local`: the same variables, from the run that goes on.
 */
export default class LocalPlugin {
  readonly hooks: Record<string, () => unknown>;
  readonly #serverless: Serverless;
  readonly #log: PluginUtils['log'];
  readonly #dataDir: string | undefined;
  #run: LocalRun | undefined;
  #console: Console | undefined;
  #bundles: { stop(): Promise<void> } | undefined;
  readonly #progress = startProgress(process.stderr);
  #unmute: () => void = () => {};

  constructor(serverless: Serverless, options: { package?: string }, { log }: PluginUtils) {
    this.#serverless = serverless;
    this.#log = log;
    this.#dataDir = process.env.LOCAL_DATA_DIR ? resolve(process.env.LOCAL_DATA_DIR) : undefined;
    this.hooks = {
      initialize: () => this.#configure().catch((error) => Promise.reject(this.#userError(error))),
      'before:offline:start:init': () => this.#prepare(),
      'after:offline:start:init': () => this.#start(),
      'before:offline:start:end': () => this.#stop(),
      'before:offline:start': () => this.#prepareWithoutSubcommand(),
      'after:package:finalize': () => this.#writeTemplate(options.package),
      error: () => this.#failed(),
    };
  }

  async #configure(): Promise<void> {
    const [command, subcommand] = this.#serverless.processedInput.commands;
    const { service, pluginManager } = this.#serverless;
    service.custom ??= {};
    if (command === 'offline') {
      service.custom['serverless-offline'] = {
        ...service.custom['serverless-offline'],
        host: '127.0.0.1',
        httpPort: httpPort(),
        lambdaPort: lambdaPort(),
        location: buildFolder(),
      };
      // serverless-offline takes an issuer by its name only, and a user pool has none before it is deployed.
      const { issuer, audience } = localIssuer();
      Object.assign(service.provider.httpApi.authorizers.jwt, { issuerUrl: issuer, audience: [audience] });
      // serverless-esbuild would build each function for itself: 8 s for 30 of them, where bundle.ts takes 0.3 s.
      for (const step of ['before:offline:start', 'before:offline:start:init']) {
        pluginManager.hooks[step] = (pluginManager.hooks[step] ?? []).filter(
          ({ pluginName }) => pluginName !== 'EsbuildServerlessPlugin',
        );
      }
    } else if (command === 'invoke' && subcommand === 'local') {
      // `sls package` empties serverless-esbuild's usual folder.
      const folder = { outputWorkFolder: '.local/build-invoke' };
      // Errors are to have their names and lines.
      service.custom.esbuild = { ...service.custom.esbuild, ...folder, minify: false };
      await this.#useRunningEnvironment();
    } else if (command === 'package' && process.env.TEMPLATE_ONLY) {
      skipBuilding(this.#serverless);
    }
  }

  async #prepare(): Promise<void> {
    const { service } = this.#serverless;
    const { cors } = service.provider.httpApi;
    await patchServerlessOffline(this.#log, {
      httpPort: httpPort(),
      origins: cors?.allowedOrigins ?? [],
      homePage: '/console',
      intercept: (request, response) => {
        if (!this.#console?.takes(request)) return false;
        this.#console.handle(request, response);
        return true;
      },
    });
    this.#run = new LocalRun({
      serverless: this.#serverless,
      httpPort: httpPort(),
      lambdaPort: lambdaPort(),
      ...(this.#dataDir ? { dataDir: this.#dataDir } : {}),
      warn: (message) => this.#log.warning(message),
      onBroken: (message) => this.#end(message),
      restartFunctions: () => this.#serverless.pluginManager.spawn('offline:functionsUpdated'),
    });
    try {
      await this.#run.claim();
      await allOrFirstError([
        this.#run.prepare(this.#progress),
        this.#progress.step('functions', this.#bundle()),
      ]);
    } catch (error) {
      this.#progress.done();
      throw this.#userError(error);
    }
    this.#unmute = muteConsoleLog();
  }

  async #start(): Promise<void> {
    this.#unmute();
    this.#progress.done();
    const run = this.#run?.start();
    if (!run || !this.#run) return;
    const record = recordHops(run.hopsFile);
    const journal = new Journal(namePrefixOf(run));
    this.#console = localConsole(run, this.#run.parts, journal);
    formatOutput((line) => {
      record(line);
      journal.addLine(line);
    });
    const currency = run.functions['list-product']?.environment.CURRENCY ?? 'USD';
    await fillCatalogue(run.httpUrl, currency);
    const startedInMs = process.uptime() * 1000;
    process.stdout.write(
      await banner(run, { startedInMs, ...(this.#dataDir ? { dataDir: this.#dataDir } : {}) }),
    );
    stopAtSecondSignal();
  }

  /** `sls offline` has no step between start and end; it is followed by its port. */
  async #prepareWithoutSubcommand(): Promise<void> {
    await this.#prepare();
    const started = async () => {
      while (!(await isListening(httpPort()))) await pause(50);
      await this.#start();
    };
    started().catch((error: Error) => this.#end(error.message));
  }

  #writeTemplate(folder: string | undefined): void {
    if (!process.env.TEMPLATE_ONLY || !folder) return;
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    writeFileSync(join(folder, templateFile), JSON.stringify(template, null, 2));
  }

  async #useRunningEnvironment(): Promise<void> {
    const run = await findRun(this.#serverless.serviceDir);
    if (!run) {
      throw new Error('Nothing runs that the function could use. Start it with "npm start" first.');
    }
    this.#serverless.service.provider.environment = {};
    for (const name of this.#serverless.service.getAllFunctions()) {
      this.#serverless.service.getFunction(name).environment = { ...run.functions[name]?.environment };
    }
    const aws = Object.values(run.functions)[0]?.environment ?? {};
    useAsEnvironment(Object.fromEntries(Object.entries(aws).filter(([name]) => name.startsWith('AWS_'))));
    formatOutput();
  }

  async #stop(): Promise<void> {
    this.#console?.stop();
    await Promise.all([this.#run?.stop(), this.#bundles?.stop()]);
    // Of a start that failed nothing else tells.
    if (this.#bundles)
      rmSync(join(this.#serverless.serviceDir, buildFolder()), { recursive: true, force: true });
  }

  /** What does not build would leave esbuild's and our own processes waiting for a start that never comes. */
  async #failed(): Promise<void> {
    this.#unmute();
    if (!this.#run) return;
    await this.#stop();
    setTimeout(() => process.exit(1), 500).unref();
  }

  async #bundle(): Promise<void> {
    const { serviceDir, service, pluginManager } = this.#serverless;
    const handlers = service.getAllFunctions().map((name) => service.getFunction(name).handler);
    this.#bundles = await bundleFunctions({
      serviceDir,
      folder: buildFolder(),
      modules: [...new Set(handlers.map((handler) => handler.replace(/\.[^./]+$/, '')))],
      onRebuilt: () => {
        pluginManager
          .spawn('offline:functionsUpdated')
          .then(() => process.stdout.write('Built again; the next event meets the new code.\n'))
          .catch((error: Error) => this.#log.error(error.message));
      },
      onBroken: (messages) => this.#log.error(`Not built, the old code goes on:\n${messages}`),
      onConfigurationChanged: (files) => this.#log.warning(restartFor(files)),
      onUnwatched: (message) => this.#log.warning(`Changes may not be seen: ${message}`),
    });
  }

  #end(message: string): void {
    this.#log.error(message);
    // serverless-offline exits with 0, whatever it is that has stopped it.
    process.once('exit', () => {
      process.exitCode = 1;
    });
    process.kill(process.pid, 'SIGTERM');
  }

  /** Shown as one line, without a stack. */
  #userError(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    return new this.#serverless.classes.Error(message, 'LOCAL_RUN');
  }
}

/** Waits for all, so that what has started can be stopped. */
async function allOrFirstError(works: Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function restartFor(files: string[]): string {
  const [first, ...others] = files;
  const what = others.length === 0 ? `${first} has` : `${first} and ${others.length} more have`;
  return `${what} changed, and what runs does not know it: stop it and run "npm start" again.`;
}

/** More than the invocations in flight are given; what is left then is ended with this process. */
const longestStopMs = 10_000;

function stopAtSecondSignal(): void {
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals++;
      if (signals > 1) process.exit(130);
      // A worker or a kept connection that does not end must not keep what was asked to stop.
      setTimeout(() => process.exit(0), longestStopMs).unref();
    });
  }
}
