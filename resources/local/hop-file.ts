import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Keeps the log lines that tell of an event's way (those with a `hop`), for the demo to read where each event went.
 * The file is of one run: it is emptied here. Answers with what takes a line of a function's log.
 */
export function recordHops(path: string): (line: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const file = createWriteStream(path);
  return (line) => {
    if (line.startsWith('{') && line.includes('"hop":')) file.write(`${line}\n`);
  };
}
