export interface ProgressBar {
  /** @param part 0–1 */
  show(part: number, text: string): void;
  /** Takes the bar away. */
  done(): void;
}

/** Draws on a terminal only: a log file gets a line for each tenth instead. Standard output stays free for the answer. */
export function progressBar(stream: NodeJS.WriteStream, quiet: boolean): ProgressBar {
  if (quiet) return { show() {}, done() {} };
  let tenth = -1;
  return {
    show(part, text) {
      const bar = '█'.repeat(Math.round(20 * Math.min(1, part))).padEnd(20, '░');
      const line = `${bar} ${String(Math.floor(100 * Math.min(1, part))).padStart(3)} % ${text}`;
      if (stream.isTTY) return void stream.write(`\r\u001b[2K${line}`);
      if (Math.floor(part * 10) === tenth) return;
      tenth = Math.floor(part * 10);
      stream.write(`${line}\n`);
    },
    done() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}
