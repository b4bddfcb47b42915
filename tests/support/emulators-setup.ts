import { startEmulators } from '../../resources/local/emulators/index.ts';
import { sharedEmulatorsVariable } from './emulators.ts';

/** jest's `globalSetup`: starts the emulators that every test file shares; the answer to it is its teardown. */
export default async function startSharedEmulators(): Promise<void> {
  const { stop, dynamodb, sns, sqs, region } = await startEmulators();
  process.env[sharedEmulatorsVariable] = JSON.stringify({ dynamodb, sns, sqs, region });
  Object.assign(globalThis, { stopSharedEmulators: stop });
}
