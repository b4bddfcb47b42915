import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compile } from '#resources/local/package-template.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { eventually } from './eventually.ts';

export { type Compiled, compile } from '#resources/local/package-template.ts';

/** Where `template-setup.ts` leaves the template of stage dev that all test files share. */
export const sharedTemplateVariable = 'ORDERSTREAM_TEST_TEMPLATE';

/** Where it leaves the reason when there is none. */
export const sharedTemplateFailure = 'ORDERSTREAM_TEST_TEMPLATE_FAILURE';

/** The template that `sls deploy --stage dev` would send, compiled once for all test files. */
export async function compiledTemplate(): Promise<Template> {
  return JSON.parse(await readFile(sharedPath(), 'utf8')) as Template;
}

/** That of another stage, compiled once as well: by the first test file that asks, while others wait. */
export async function stageTemplate(stage: string): Promise<Template> {
  const path = join(dirname(sharedPath()), `${stage}.json`);
  const isFirst = await mkdir(`${path}.lock`).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const outcome = await compile(stage).then(
      async ({ template, remove }) => ({ template, removed: await remove() }),
      ({ message }: Error) => ({ failure: message }),
    );
    await writeFile(`${path}.part`, JSON.stringify(outcome));
    await rename(`${path}.part`, path);
  }
  const written = await eventually(() => readFile(path, 'utf8'), { timeoutMs: 60_000, everyMs: 100 });
  const { template, failure } = JSON.parse(written) as { template?: Template; failure?: string };
  if (!template) throw new Error(failure);
  return template;
}

const noTemplate =
  'No shared template: this test belongs into a folder of the project `template` or `emulators` in jest.config.js';

function sharedPath(): string {
  const path = process.env[sharedTemplateVariable];
  if (path) return path;
  throw new Error(process.env[sharedTemplateFailure] ?? noTemplate);
}
