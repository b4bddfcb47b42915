/** One emulator that answers on loopback. */
export interface Emulator {
  endpoint: string;
  /** The process that was started for it; absent when it was running already. */
  pid: number | undefined;
  /** Ends the process, and waits until it is gone. Does nothing when none was started. */
  stop(): Promise<void>;
  /** Calls back when the process ends, wanted or not. */
  onExit(listener: () => void): void;
}
