/** jest's `globalTeardown`. */
export default async function undo(): Promise<void> {
  const { undoSharedSetup } = globalThis as { undoSharedSetup?: () => Promise<unknown> };
  await undoSharedSetup?.();
}
