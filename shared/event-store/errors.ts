/** Another command appended first. Load again and decide again. */
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';
  readonly streamId: string;
  /** The item that stood where ours should go, if DynamoDB returned it. */
  readonly existing: unknown;

  constructor(streamId: string, version: number, existing?: unknown) {
    super(`version ${version} of ${streamId} is taken`);
    this.streamId = streamId;
    this.existing = existing;
  }
}

/** The caller decided on another version than the stream has (If-Match). */
export class VersionMismatch extends Error {
  override readonly name = 'VersionMismatch';

  constructor(streamId: string, expected: number, actual: number) {
    super(`${streamId} is at version ${actual}, not ${expected}`);
  }
}

/** The same commandId with another payload. */
export class CommandIdReused extends Error {
  override readonly name = 'CommandIdReused';

  constructor(commandId: string) {
    super(`command ${commandId} was sent before with another payload`);
  }
}

/** The command would append what cannot be stored or published. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}
