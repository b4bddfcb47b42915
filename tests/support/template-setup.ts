import { compile, sharedTemplateFailure, sharedTemplateVariable } from './compiled-template.ts';

let remove: (() => Promise<void>) | undefined;

/**
 * `globalSetup` of the project `template`: compiles the template that all test files share, once in a run of jest. A
 * stack that does not compile fails the tests that need it, with the reason, and lets the others tell more.
 */
export default async function prepareTemplate(): Promise<void> {
  if (remove) return;
  remove = async () => undefined;
  try {
    const compiled = await compile('dev');
    remove = compiled.remove;
    process.env[sharedTemplateVariable] = compiled.templatePath;
  } catch (error) {
    process.env[sharedTemplateFailure] = (error as Error).message;
  }
}

/** Removes it; the next run compiles it again, also in the same process (`--watch`). */
export async function removeTemplate(): Promise<void> {
  const removing = remove?.();
  remove = undefined;
  delete process.env[sharedTemplateVariable];
  delete process.env[sharedTemplateFailure];
  await removing;
}
