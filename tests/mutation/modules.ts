import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from '#tests/support/scripts.ts';

const OURS = pathToFileURL(`${root}/`).href;
const GLOBALS = new URL('jest-globals.ts', import.meta.url).href;
const NAME = 'mutation';

/** A file with other text than it has on disk. */
export interface Replaced {
  /** Relative to the project. */
  file: string;
  text: string;
}

/**
 * Loads the project's own modules as often as it is asked to, each time anew, while packages are loaded once: that takes
 * a tenth of a second where a new process takes seconds. Tests get `jest-globals.ts` for `@jest/globals`.
 */
export class Modules {
  readonly #replaced = new Map<string, Replaced>();
  readonly #loaded = new Map<string, Set<string>>();
  readonly #stripped = new Map<string, string>();
  #count = 0;

  constructor() {
    registerHooks({
      resolve: (specifier, context, next) => {
        const run = context.parentURL && new URL(context.parentURL).searchParams.get(NAME);
        if (!run) return next(specifier, context);
        if (specifier === '@jest/globals') return next(GLOBALS, context);
        const parentURL = context.parentURL?.split('?')[0];
        const resolved = next(specifier, { ...context, parentURL });
        const isOurs = resolved.url.startsWith(OURS) && !resolved.url.includes('/node_modules/');
        return isOurs && resolved.url.endsWith('.ts')
          ? { ...resolved, url: `${resolved.url}?${NAME}=${run}` }
          : resolved;
      },
      load: (url, context, next) => {
        const run = url.startsWith(OURS) && new URL(url).searchParams.get(NAME);
        if (!run) return next(url, context);
        const path = fileURLToPath(url.split('?')[0] ?? url);
        const file = path.slice(root.length + 1);
        this.#loaded.get(run)?.add(file);
        const replaced = this.#replaced.get(run);
        const source = replaced?.file === file ? stripTypeScriptTypes(replaced.text) : this.#sourceOf(path);
        return { format: 'module', source, shortCircuit: true };
      },
    });
  }

  /** What `import` takes to load a test with all that it imports of the project: `open` begins a set of modules. */
  open(replaced?: Replaced): { urlOf(file: string): string; loaded(): string[] } {
    const run = String(++this.#count);
    this.#loaded.set(run, new Set());
    if (replaced) this.#replaced.set(run, replaced);
    return {
      urlOf: (file) => `${OURS}${file}?${NAME}=${run}`,
      loaded: () => [...(this.#loaded.get(run) ?? [])],
    };
  }

  #sourceOf(path: string): string {
    const source = this.#stripped.get(path) ?? stripTypeScriptTypes(readFileSync(path, 'utf8'));
    this.#stripped.set(path, source);
    return source;
  }
}
