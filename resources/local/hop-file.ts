import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Some 20,000 hops. */
const mostBytes = 8 * 1024 * 1024;

/** Where the hops are that were in the file before it was full. */
export const earlierHopsPath = (path: string): string => `${path}.1`;

/**
 * Keeps the log lines that tell of an event's way (those with a `hop`), for the demo to read where each event went.
 * The file is of one run: it is emptied here. A full one becomes the earlier one, and that is removed: together they
 * never take more than twice `fullAtBytes`.
 * @returns takes a line of a function's log
 */
export function recordHops(path: string, fullAtBytes = mostBytes): (line: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(earlierHopsPath(path), { force: true });
  let file = openSync(path, 'w');
  let bytes = 0;
  return (line) => {
    if (!line.startsWith('{') || !line.includes('"hop":')) return;
    if (bytes >= fullAtBytes) {
      closeSync(file);
      renameSync(path, earlierHopsPath(path));
      file = openSync(path, 'w');
      bytes = 0;
    }
    bytes += writeSync(file, `${line}\n`);
  };
}

/** The lines that are kept, the oldest first. The last one may be half written. */
export async function readHops(path: string): Promise<string[]> {
  const earlier = await readFile(earlierHopsPath(path), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return `${earlier}${await readFile(path, 'utf8')}`.split('\n');
}
