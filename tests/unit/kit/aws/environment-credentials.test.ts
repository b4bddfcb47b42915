import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { defaultProvider } from '#kit/aws/environment-credentials.ts';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = names.map((name) => [name, process.env[name]] as const);

function restore(values: Iterable<readonly [string, string | undefined]>): void {
  for (const [name, value] of values) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

beforeEach(() => restore(names.map((name) => [name, undefined])));
afterEach(() => restore(before));

describe('The credentials of a function', () => {
  test('are those of its environment, at the time of the call', async () => {
    const provider = defaultProvider();
    restore([
      ['AWS_ACCESS_KEY_ID', 'key'],
      ['AWS_SECRET_ACCESS_KEY', 'secret'],
    ]);
    expect(await provider()).toEqual({ accessKeyId: 'key', secretAccessKey: 'secret' });
    restore([['AWS_SESSION_TOKEN', 'token']]);
    expect(await provider()).toEqual({
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  test('are missed by name where there are none', async () => {
    await expect(defaultProvider()()).rejects.toThrow('AWS_ACCESS_KEY_ID');
  });
});
