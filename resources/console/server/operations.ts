type Input = Record<string, unknown>;

/** Of each operation that the console may run, whether this input changes something. */
const changes: Record<string, (input: Input) => boolean> = {
  'dead-letters': () => false,
  redrive: ({ discard, dryRun }) => (discard ? dryRun === false : dryRun !== true),
  republish: ({ dryRun }) => dryRun !== true,
  rebuild: ({ action = 'status' }) => action !== 'status',
  audit: ({ redeliver }) => redeliver !== false,
  'emit-event': () => true,
};

export const isOperation = (name: string): boolean => Object.hasOwn(changes, name);

export const changesSomething = (name: string, input: Input): boolean => changes[name]?.(input) ?? true;
