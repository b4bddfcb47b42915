import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import { root } from './scripts.ts';

/** The settings of esbuild in serverless.yml, without those that only serverless-esbuild knows. */
async function deployedSettings(): Promise<BuildOptions> {
  const { custom } = parse(await readFile(join(root, 'serverless.yml'), 'utf8')) as {
    custom: { esbuild: Record<string, unknown> };
  };
  const { outputFileExtension, outputWorkFolder, exclude, concurrency, ...settings } = custom.esbuild;
  return settings as BuildOptions;
}

export interface Bundle {
  bytes: number;
  code: string;
  /** The SDK's clients that it holds: `dynamodb`, `sns`. */
  clients: string[];
}

/** A module as `sls deploy` would bundle it. */
export const bundledModule = (path: string, settings: BuildOptions = {}): Promise<Bundle> =>
  bundle({ entryPoints: [path], ...settings });

/** The same for a text that is no file. */
export const bundledCode = (contents: string, settings: BuildOptions = {}): Promise<Bundle> =>
  bundle({ stdin: { contents, resolveDir: root, loader: 'ts' }, ...settings });

async function bundle(options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...(await deployedSettings()),
    absWorkingDir: root,
    platform: 'node',
    format: 'cjs',
    outfile: 'bundle.cjs',
    sourcemap: false,
    logLevel: 'silent',
    ...options,
    write: false,
    metafile: true,
  });
  const [file] = outputFiles ?? [];
  const [output] = Object.values(metafile?.outputs ?? {});
  if (!file || !output) throw new Error('esbuild wrote nothing');
  const clients = Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /@aws-sdk\/client-(\w+)\/.*Client\.js$/.exec(path)?.[1]);
  return {
    bytes: file.contents.byteLength,
    code: file.text,
    clients: [...new Set(clients)].filter((name) => name !== undefined).sort(),
  };
}
