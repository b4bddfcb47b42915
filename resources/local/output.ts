import { formatLogLine, wantsColor } from './log-lines.ts';

type Write = typeof process.stdout.write;

/**
 * Passes what the functions print through the formatter, and each line as it was to `onLine`. Their worker
 * threads write whole lines to this process's standard output and, for errors, standard error.
 */
export function formatOutput(onLine: (line: string) => void = () => {}): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as Write;
    const color = wantsColor(stream);
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      if (!text.includes('{')) return write(chunk, ...rest);
      const lines = text.split('\n').map((line) => {
        onLine(line);
        return line === '' ? line : formatLogLine(line, color);
      });
      return write(lines.filter((line) => line !== undefined).join('\n'), ...rest);
    }) as Write;
  }
}

/** Until the returned function is called, console.log says nothing: it draws serverless-offline's box of routes. */
export function muteConsoleLog(): () => void {
  const { log } = console;
  console.log = () => {};
  return () => {
    console.log = log;
  };
}
