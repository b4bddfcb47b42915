import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { withEsbuild } from '#resources/local/esbuild.ts';

const root = resolve(import.meta.dirname, '../../..');
const page = join(root, 'resources/console/page');

export interface Asset {
  body: string;
  type: string;
  etag: string;
}

/** Where the page's own code is, under the console's path. */
export type AssetName = 'console.js' | 'console.css';

/**
 * The page's script and style. They are bundled from their sources when they are first asked for, in a fifth of a second, so
 * that nobody has to build anything; and again when a source has changed.
 */
export function createAssets(): { get(name: AssetName): Promise<Asset> } {
  const made = new Map<AssetName, { sourcesOf: number; asset: Promise<Asset> }>();
  return {
    async get(name) {
      const changedAt = await newestSource();
      const known = made.get(name);
      if (known?.sourcesOf === changedAt) return known.asset;
      const asset = name === 'console.js' ? script() : style();
      made.set(name, { sourcesOf: changedAt, asset });
      asset.catch(() => made.delete(name));
      return asset;
    },
  };
}

async function newestSource(): Promise<number> {
  const files = await readdir(page, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name))),
  );
  return Math.max(...times.map(({ mtimeMs }) => mtimeMs));
}

async function script(): Promise<Asset> {
  const { outputFiles } = await withEsbuild(({ build }) =>
    build({
      absWorkingDir: root,
      entryPoints: [join(page, 'main.tsx')],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      define: { 'process.env.NODE_ENV': '"production"' },
      minify: true,
      legalComments: 'none',
      logLevel: 'silent',
    }),
  );
  return asset(outputFiles[0]?.text ?? '', 'text/javascript; charset=utf-8');
}

const style = async (): Promise<Asset> =>
  asset(await readFile(join(page, 'console.css'), 'utf8'), 'text/css; charset=utf-8');

const asset = (body: string, type: string): Asset => ({
  body,
  type,
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
});

/** The page itself: no text of its own, since all of it is drawn by the script. */
export const indexHtml = (title: string, token: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="console-token" content="${token}">
<title>${title} console</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 8h5m4-5h5m-5 10h5M6 8l4-5M6 8l4 5' stroke='%230d9488' stroke-width='2' fill='none'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/console/console.css">
<script type="module" src="/console/console.js"></script>
</head>
<body><div id="app"></div><noscript>The console needs JavaScript.</noscript></body>
</html>
`;

/** The page loads nothing but itself, and sends nothing to anyone else. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
