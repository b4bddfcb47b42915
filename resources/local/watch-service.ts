import { once } from 'node:events';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and git many files. */
const quietMs = 100;

/** What functions are made of, the JSON that is generated and bundled included. */
const source = /^(functions|shared)\/.*\.(ts|js|mjs|cjs|json|txt|html|css)$/;

/** What the stack and the local run are made of, which are read once. */
const configuration =
  /^(serverless\.yml|package-lock\.json|(functions|shared|resources)\/.*\.ya?ml|resources\/(?!cli\/|api-docs\/|console\/page\/).*\.(ts|cjs|mjs|js|json))$/;

export interface ServiceChanges {
  /** Functions have to be built again. */
  onSource: () => void;
  /** These files have changed, and what runs does not know it. */
  onConfiguration: (files: string[]) => void;
  /** Changes are not, or no longer, seen. */
  onTrouble: (message: string) => void;
}

/**
 * Watches the service's files, and reports changes once nothing has changed for a moment. Every save is seen, also by
 * editors that write a new file and rename it, and in folders that are new. Resolves when it watches.
 */
export async function watchService(
  serviceDir: string,
  { onSource, onConfiguration, onTrouble }: ServiceChanges,
): Promise<{ stop(): Promise<void> }> {
  const watcher = watch(['functions', 'shared', 'resources', 'serverless.yml', 'package-lock.json'], {
    cwd: serviceDir,
    ignoreInitial: true,
  });
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  watcher.on('all', (_, file) => {
    changed.add(file.replaceAll('\\', '/'));
    clearTimeout(timer);
    timer = setTimeout(report, quietMs);
  });
  watcher.on('error', (error) => onTrouble(error instanceof Error ? error.message : String(error)));

  function report(): void {
    const files = [...changed];
    changed.clear();
    const configured = files.filter((file) => configuration.test(file)).sort();
    if (configured.length > 0) onConfiguration(configured);
    if (files.some((file) => source.test(file))) onSource();
  }

  await once(watcher, 'ready');
  return {
    async stop() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
