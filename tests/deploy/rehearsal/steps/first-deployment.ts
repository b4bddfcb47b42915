import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Answer } from '#tests/deploy/rehearsal/emulator.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';

export function firstDeployment(stack: () => Stack): void {
  test('creates every resource of the template', async () => {
    const { Resources } = JSON.parse(
      await readFile(
        join(stack().service.folder, '.serverless', 'cloudformation-template-update-stack.json'),
        'utf8',
      ),
    );
    const resources = await stack().resources();
    expect(resources.map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(
      Object.keys(Resources).sort(),
    );
    const unfinished = resources.filter(({ ResourceStatus }) => !ResourceStatus.endsWith('E_COMPLETE'));
    expect(unfinished).toEqual([]);
  });

  test('runs the zip files that were built', async () => {
    const { emulator, service, name } = stack();
    const { Functions } = await emulator.call('lambda', 'list_functions');
    expect(Functions.length).toBeGreaterThan(30);
    for (const { FunctionName, CodeSha256, Runtime } of Functions as Answer[]) {
      const zip = await readFile(
        join(service.folder, '.serverless', `${FunctionName.slice(name.length + 1)}.zip`),
      );
      expect([FunctionName, CodeSha256]).toEqual([
        FunctionName,
        createHash('sha256').update(zip).digest('base64'),
      ]);
      expect(Runtime).toBe('nodejs24.x');
    }
  });

  test('answers at its endpoint, and lets nobody in without a token of its user pool', async () => {
    const { request, ada, staff } = stack();
    const health = await request('GET', '/health', { as: null });
    expect(health).toMatchObject({ status: 200, body: { status: 'ok' } });

    const list = async (as: { token: string } | null) =>
      (await request('GET', '/orders?status=pending', { as })).status;
    const [head, claims] = staff.token.split('.');
    expect(await list(null)).toBe(401);
    expect(await list({ token: 'no.to.ken' })).toBe(401);
    expect(await list({ token: `${head}.${claims}.c2lnbmF0dXJl` })).toBe(401);
    expect(await list(ada)).toBe(403);
    expect(await list(staff)).toBe(200);
  });

  test('lets only its own functions publish: not even an administrator', async () => {
    const { emulator, outputs } = stack();
    const message = { TopicArn: outputs.EventsTopicArn, Message: 'from outside' };
    await expect(emulator.call('sns', 'publish', message)).rejects.toThrow(/not authorized/);
  });
}
