import { rmSync, watch } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildFailure, context } from 'esbuild';

const sourceFolders = ['functions', 'shared'];
/** Editors write a file in several steps. */
const quietMs = 50;

export interface BundleOptions {
  serviceDir: string;
  /** Emptied first. Relative to `serviceDir`. */
  folder: string;
  /** The functions' modules, without extension: `functions/commands/place-order/handler`. */
  modules: string[];
  /** Something changed and was built again. */
  onRebuilt: () => void;
  /** It was not: esbuild's messages. */
  onBroken: (messages: string) => void;
}

/**
 * Bundles all functions in one go, and again whenever a source changes. Unlike a deployment's bundles these are ES
 * modules that share their chunks: what 30 functions have in common is built once, in a third of a second.
 * @throws Error when they do not build
 */
export async function bundleFunctions(options: BundleOptions): Promise<{ stop(): Promise<void> }> {
  const { serviceDir, folder, modules } = options;
  const onRebuilt = () => options.onRebuilt();
  const onBroken = (error: unknown) => options.onBroken(messagesOf(error));
  rmSync(join(serviceDir, folder), { recursive: true, force: true });
  const bundle = await context({
    absWorkingDir: serviceDir,
    entryPoints: modules.map((module) => `${module}.ts`),
    outdir: folder,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    // esbuild would remove the last build's files when the next one fails.
    write: false,
    // CommonJS packages inside call require() for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const build = async () => writeFiles((await bundle.rebuild()).outputFiles);
  try {
    await build();
  } catch (error) {
    await bundle.dispose();
    throw error;
  }
  const stopWatching = watchSources(serviceDir, () => build().then(onRebuilt, onBroken));
  return {
    async stop() {
      stopWatching();
      await bundle.dispose();
    },
  };
}

async function writeFiles(files: { path: string; contents: Uint8Array }[]): Promise<void> {
  await Promise.all(
    [...new Set(files.map(({ path }) => dirname(path)))].map((path) => mkdir(path, { recursive: true })),
  );
  await Promise.all(files.map(({ path, contents }) => writeFile(path, contents)));
}

/**
 * Calls `rebuild` after changes, one call at a time. esbuild can watch by itself, but its process then outlives ours
 * when ours is killed.
 */
function watchSources(serviceDir: string, rebuild: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let building: Promise<void> = Promise.resolve();
  const watchers = sourceFolders.map((folder) =>
    watch(join(serviceDir, folder), { recursive: true }, (_, file) => {
      if (!file?.endsWith('.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        building = building.then(rebuild);
      }, quietMs);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** esbuild's messages with their places, one a line. */
function messagesOf(error: unknown): string {
  const { errors = [] } = error as Partial<BuildFailure>;
  if (errors.length === 0) return error instanceof Error ? error.message : String(error);
  return errors.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`).join('\n');
}
