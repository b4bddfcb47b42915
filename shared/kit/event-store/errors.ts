// Messages reach logs, also where Lambda writes an error that nobody caught: `stream` is a stream's name after
// `runtime.redact`, for an id may be an email address.

/** Another command appended first. Load again and decide again. */
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';
  readonly #existing: unknown;

  constructor(stream: string, version: number, existing?: unknown) {
    super(`version ${version} of ${stream} is taken`);
    this.#existing = existing;
  }

  /** The item that stood where ours should go, if DynamoDB returned it. No own property: Lambda logs those of an error. */
  get existing(): unknown {
    return this.#existing;
  }
}

/** The versions of a stream that a caller would change. `any`: whatever there is, but not nothing. */
export type ExpectedVersions = readonly number[] | 'any';

/** The caller decided on another version than the stream has (If-Match). */
export class VersionMismatch extends Error {
  override readonly name = 'VersionMismatch';

  constructor(stream: string, expected: ExpectedVersions, actual: number) {
    super(
      expected === 'any'
        ? `${stream} does not exist`
        : `${stream} is at version ${actual}, not ${expected.join(' or ')}`,
    );
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
