export function startOf(pid: number): string | undefined;
export function isAlive(pid: number): boolean;
export function isSameProcess(pid: number, start?: string): boolean;
export function takeLock(path: string): number | undefined;
export function releaseLock(path: string): void;
