import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Outcome, root, run } from '#tests/support/scripts.ts';
import { changed, type Part } from './steps.ts';

/** What is not part of the project, or made anew. */
const LEFT_OUT = ['.git', 'node_modules', '.local', '.serverless', '.esbuild', 'coverage'];

/** A copy of this project, in which a test may change whatever it likes. */
export class Copy {
  readonly #root = mkdtempSync(join(tmpdir(), 'guide-'));

  constructor() {
    for (const name of readdirSync(root).filter((name) => !LEFT_OUT.includes(name))) {
      cpSync(join(root, name), join(this.#root, name), { recursive: true });
    }
    // A link for each package, and not one for all of them: what tools cache is the copy's own.
    mkdirSync(join(this.#root, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules')).filter((name) => name !== '.cache')) {
      symlinkSync(join(root, 'node_modules', name), join(this.#root, 'node_modules', name));
    }
  }

  create(path: string, lines: readonly string[]): void {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`, { flag: 'wx' });
  }

  /** Throws where the file does not have the lines. */
  change(path: string, parts: readonly Part[]): void {
    const file = join(this.#root, path);
    try {
      writeFileSync(file, changed(readFileSync(file, 'utf8'), parts));
    } catch (error) {
      throw new Error(`${path}: these lines ${(error as Error).message}`);
    }
  }

  /** Runs a command as a reader types it. */
  run(command: string): Promise<Outcome> {
    return run('sh', ['-c', command], { cwd: this.#root });
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
