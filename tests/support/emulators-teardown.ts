/** jest's `globalTeardown`. */
export default async function stopSharedEmulators(): Promise<void> {
  const { stopSharedEmulators: stop } = globalThis as { stopSharedEmulators?: () => Promise<void> };
  await stop?.();
}
