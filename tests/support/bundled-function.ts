import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import { readFoldHash } from '#resources/stack/fold-hash.ts';
import { root } from './scripts.ts';

/** The settings of esbuild in serverless.yml, without those that only serverless-esbuild knows. */
async function deployedSettings(): Promise<BuildOptions> {
  const { custom } = parse(await readFile(join(root, 'serverless.yml'), 'utf8')) as {
    custom: { esbuild: Record<string, unknown> };
  };
  const { outputFileExtension, outputWorkFolder, exclude, concurrency, ...settings } = custom.esbuild;
  return { ...settings, define: { FOLD_HASH: await readFoldHash(root) } };
}

export interface Bundle {
  bytes: number;
  code: string;
  /** The SDK's clients that it holds: `dynamodb`, `sns`. */
  clients: string[];
}

/** Modules as `sls deploy` would bundle them, by their paths. */
export async function bundledModules(paths: readonly string[]): Promise<Map<string, Bundle>> {
  const bundles = await bundle({ entryPoints: [...paths], outdir: 'out', outbase: '.' });
  return new Map(bundles.map(({ entryPoint, ...one }) => [entryPoint, one]));
}

/** A text that is no file, with the settings of `sls deploy` and these over them. */
export async function bundledCode(contents: string, settings: BuildOptions = {}): Promise<Bundle> {
  const stdin = { contents, resolveDir: root, loader: 'ts' as const };
  const [only] = await bundle({ stdin, outfile: 'out.js', ...settings });
  if (!only) throw new Error('esbuild wrote nothing');
  return only;
}

async function bundle(options: BuildOptions): Promise<(Bundle & { entryPoint: string })[]> {
  const { outputFiles = [], metafile } = await build({
    ...(await deployedSettings()),
    absWorkingDir: root,
    platform: 'node',
    format: 'cjs',
    sourcemap: false,
    logLevel: 'silent',
    ...options,
    write: false,
    metafile: true,
  });
  return Object.entries(metafile?.outputs ?? {}).map(([path, { entryPoint = '', inputs }]) => {
    const file = outputFiles.find((one) => one.path === join(root, path));
    if (!file) throw new Error(`esbuild did not write ${path}`);
    const clients = Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => /@aws-sdk\/client-(\w+)\/.*Client\.js$/.exec(input)?.[1]);
    return {
      entryPoint,
      bytes: file.contents.byteLength,
      code: file.text,
      clients: [...new Set(clients)].filter((name) => name !== undefined).sort(),
    };
  });
}
