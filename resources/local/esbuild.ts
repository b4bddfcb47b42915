import * as esbuild from 'esbuild';

let users = 0;

/**
 * Runs `work` with esbuild, whose process does not stay: it takes 160 MB. It ends when nobody uses it any more.
 */
export async function withEsbuild<T>(work: (tool: typeof esbuild) => Promise<T>): Promise<T> {
  users++;
  try {
    return await work(esbuild);
  } finally {
    users--;
    if (users === 0) await esbuild.stop();
  }
}
