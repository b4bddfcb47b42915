import { type Emulators, startEmulators } from '#resources/local/emulators/index.ts';
import { sharedEmulatorsVariable } from '#tests/support/emulators.ts';

/** Emulators of this bench alone; what tests use to reach theirs leads to these. */
export async function startBenchEmulators(): Promise<Emulators> {
  const emulators = await startEmulators();
  const { dynamodb, sns, sqs, region } = emulators;
  process.env[sharedEmulatorsVariable] = JSON.stringify({ dynamodb, sns, sqs, region });
  return emulators;
}
