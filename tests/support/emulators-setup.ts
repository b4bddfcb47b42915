import { startEmulators } from '#resources/local/emulators/index.ts';
import { compile, sharedTemplateFailure, sharedTemplateVariable } from './compiled-template.ts';
import { sharedEmulatorsVariable } from './emulators.ts';

/**
 * jest's `globalSetup`: starts the emulators and compiles the template that every test file shares. A stack that
 * does not compile fails the tests that need it, with the reason, and lets the others tell more.
 */
export default async function prepare(): Promise<void> {
  const [emulators, compiled] = await Promise.all([
    startEmulators(),
    compile('dev').catch((error: Error) => error),
  ]);
  const { dynamodb, sns, sqs, region } = emulators;
  process.env[sharedEmulatorsVariable] = JSON.stringify({ dynamodb, sns, sqs, region });
  if (compiled instanceof Error) process.env[sharedTemplateFailure] = compiled.message;
  else process.env[sharedTemplateVariable] = compiled.templatePath;
  Object.assign(globalThis, {
    undoSharedSetup: () =>
      Promise.all([emulators.stop(), compiled instanceof Error ? undefined : compiled.remove()]),
  });
}
