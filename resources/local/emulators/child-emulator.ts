import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Emulator } from './emulator.ts';

/** An emulator in a process of ours that listens at this port. Its pipes and its channel do not keep our process alive. */
export function childEmulator(child: ChildProcess, port: number): Emulator {
  child.stderr?.removeAllListeners('data');
  child.stderr?.resume();
  for (const stream of [child.stdin, child.stderr] as ({ unref?(): void } | null)[]) stream?.unref?.();
  child.channel?.unref();
  child.unref();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      child.stdin?.destroy();
    },
    onExit: (listener) => child.once('exit', listener),
  };
}
