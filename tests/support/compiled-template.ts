import { readFile } from 'node:fs/promises';
import type { Template } from '../../resources/local/stack/template.ts';

export { type Compiled, compile } from '../../resources/local/package-template.ts';

/** Where `emulators-setup.ts` leaves the template of stage dev that all test files share. */
export const sharedTemplateVariable = 'ORDERSTREAM_TEST_TEMPLATE';

/** Where it leaves the reason when there is none. */
export const sharedTemplateFailure = 'ORDERSTREAM_TEST_TEMPLATE_FAILURE';

/** The template that `sls deploy --stage dev` would send, compiled once for all test files. */
export async function compiledTemplate(): Promise<Template> {
  const path = process.env[sharedTemplateVariable];
  if (!path)
    throw new Error(process.env[sharedTemplateFailure] ?? 'jest.config.js must name emulators-setup.ts');
  return JSON.parse(await readFile(path, 'utf8')) as Template;
}
