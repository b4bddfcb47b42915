import type { BuildFailure, BuildOptions, BuildResult } from 'esbuild';
import { withEsbuild } from '#resources/local/esbuild.ts';
import type { PluginUtils, Serverless } from '#resources/local/serverless.ts';

/** What this uses of serverless-esbuild (1.57): entries that it has in its cache it builds with the `rebuild` there. */
interface EsbuildPlugin {
  functionEntries: { entry: string }[];
  buildOptions: Record<string, unknown> & { outputFileExtension: string };
  buildDirPath: string;
  buildCache: Record<string, { result: { rebuild(): Promise<void> } }>;
}

/** Settings of serverless-esbuild that esbuild does not have. */
const ITS_OWN = new Set([
  'concurrency',
  'zipConcurrency',
  'exclude',
  'nativeZip',
  'packager',
  'packagePath',
  'watch',
  'keepOutputDirectory',
  'packagerOptions',
  'installExtraArgs',
  'outputFileExtension',
  'outputBuildFolder',
  'outputWorkFolder',
  'skipBuild',
  'skipRebuild',
  'skipBuildExcludeFns',
  'stripEntryResolveExtensions',
  'disposeContext',
]);

/** What esbuild says of a setting that a later version of serverless-esbuild may have. */
const INVALID_OPTION = /ERROR: Invalid option in build\(\) call/;

/** Settings with which it does more than to build. */
const NOT_FOR_ALL = ['plugins', 'nodeExternals', 'metafile', 'skipBuild'];

/**
 * Builds the bundles of all functions at once, and leaves them where serverless-esbuild looks for them. It would build each by itself, and
 * parse what they share some fifty times: the same files, in 7 s and not in 24. With a setting that is not for all at once, or another version
 * of it, serverless-esbuild builds as ever. Rejects with esbuild's BuildFailure where a function does not build; serverless-esbuild would
 * report that too, and then never end.
 */
export async function bundleTogether(
  { serviceDir, pluginManager }: Serverless,
  log: PluginUtils['log'],
): Promise<void> {
  const plugin = pluginManager.plugins.find((one) => one.constructor.name === 'EsbuildServerlessPlugin');
  if (!isKnown(plugin)) return;
  const { buildOptions, buildDirPath } = plugin;
  if (NOT_FOR_ALL.some((name) => buildOptions[name])) return;
  const entryPoints = [...new Set(plugin.functionEntries.map(({ entry }) => entry))];
  const settings = Object.entries(buildOptions).filter(([name]) => !ITS_OWN.has(name));
  const exclude = strings(buildOptions.exclude);
  const external = [...strings(buildOptions.external), ...(exclude.includes('*') ? [] : exclude)];
  const options: BuildOptions = {
    ...Object.fromEntries(settings),
    external,
    absWorkingDir: serviceDir,
    entryPoints,
    outdir: buildDirPath,
    outbase: '.',
    outExtension: { '.js': buildOptions.outputFileExtension },
    logLevel: 'silent',
  };
  try {
    await withEsbuild(async ({ build, formatMessages }) => {
      const { warnings }: BuildResult = await build(options);
      for (const text of await formatMessages(warnings, { kind: 'warning' })) log.warning(text);
    });
  } catch (error) {
    if (INVALID_OPTION.test((error as BuildFailure).message)) return;
    throw error;
  }
  const built = { result: { rebuild: async () => {} } };
  plugin.buildCache = Object.fromEntries(entryPoints.map((entry) => [entry, built]));
}

const isKnown = (plugin: object | undefined): plugin is EsbuildPlugin =>
  plugin !== undefined &&
  ['functionEntries', 'buildOptions', 'buildDirPath', 'buildCache'].every((name) => name in plugin);

const strings = (given: unknown): string[] => [given].flat().filter((one) => typeof one === 'string');
