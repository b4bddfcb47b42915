export interface Progress {
  /** Shows that this part is at work, and when it is done how long it took. */
  step<T>(part: string, work: Promise<T>): Promise<T>;
  /** Takes away what only a terminal shows. */
  done(): void;
}

/** What a start is busy with: one line that changes on a terminal, a line for each part that is done elsewhere. */
export function startProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): Progress {
  const parts = new Map<string, string>();
  const show = () => {
    const line = [...parts].map(([part, state]) => `${part} ${state}`).join(', ');
    stream.write(`\r\u001b[2KStarting: ${line}`);
  };
  return {
    async step(part, work) {
      const started = performance.now();
      parts.set(part, '…');
      if (stream.isTTY) show();
      const result = await work;
      const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
      parts.set(part, took);
      if (stream.isTTY) show();
      else stream.write(`Starting: ${part} (${took})\n`);
      return result;
    },
    done() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}
