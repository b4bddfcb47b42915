import { startEmulators } from '#resources/local/emulators/index.ts';
import { sharedEmulatorsVariable } from './emulators.ts';
import prepareTemplate, { removeTemplate } from './template-setup.ts';

let stop: (() => Promise<unknown>) | undefined;

/** `globalSetup` of the project `emulators`: starts the emulators that every test file shares, and compiles the template. */
export default async function prepare(): Promise<void> {
  const [emulators] = await Promise.all([startEmulators(), prepareTemplate()]);
  const { dynamodb, sns, sqs, region } = emulators;
  stop = () => emulators.stop();
  process.env[sharedEmulatorsVariable] = JSON.stringify({ dynamodb, sns, sqs, region });
}

/** Stops them, and removes the template. */
export async function undo(): Promise<void> {
  await Promise.all([stop?.(), removeTemplate()]);
}
