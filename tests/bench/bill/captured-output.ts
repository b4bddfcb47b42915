/** What a function writes to its log while `run` goes on, in place of this process's output. */
export async function withCapturedOutput<T>(
  write: (text: string) => void,
  run: () => Promise<T>,
): Promise<T> {
  const streams = [process.stdout, process.stderr] as const;
  const before = streams.map((stream) => stream.write);
  for (const stream of streams) {
    stream.write = ((text: string | Uint8Array, ...rest: unknown[]) => {
      write(String(text));
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
      done?.();
      return true;
    }) as typeof stream.write;
  }
  try {
    return await run();
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = before[index] as typeof stream.write;
  }
}
