import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage } from './support/browser.ts';
import { type CounterConsole, counterConsole } from './support/counters.ts';

const invoked: { name: string; input: unknown }[] = [];
const letter = {
  messageId: 'message-1',
  consumer: 'consumer-1',
  fingerprint: 'f1',
  errorName: 'Broken',
  errorMessage: 'it broke',
  sentAt: new Date().toISOString(),
  eventType: 'Counted',
  streamId: 'counter-7',
};

let browser: Browser;
let system: CounterConsole;
beforeAll(async () => {
  browser = await openBrowser();
  system = await counterConsole({
    payloads: 'masked',
    source: {
      stage: 'staging',
      isLocal: false,
      async invoke(name, input) {
        invoked.push({ name, input });
        if (name === 'redrive') return { matched: 1, redriven: [{}], notDeleted: [], failed: [] };
        if ('message' in input) {
          return {
            inFlight: 0,
            message: { ...letter, body: '{"data":{"name":"Ada Lovelace"}}', attributes: {} },
          };
        }
        const group = { ...letter, count: 1, firstFailureAt: letter.sentAt, lastFailureAt: letter.sentAt };
        return { groups: [group], deadLetters: [letter], held: [] };
      },
    },
  });
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

describe('the console of a stage', () => {
  test('changes something only after a person has typed the name of the stage', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${system.url}/dead-letters?cause=f1`);
    const redrive = page.getByRole('button', { name: 'Redrive all 1' });
    await redrive.waitFor();
    expect(await redrive.isDisabled()).toBe(true);
    const typed = page.getByLabel('Type the stage’s name to allow changes');
    await typed.fill('stagin');
    expect(await page.getByRole('button', { name: 'Allow' }).isDisabled()).toBe(true);
    await typed.fill('staging');
    await page.getByRole('button', { name: 'Allow' }).click();
    await redrive.click();
    await page.getByRole('button', { name: 'Redrive 1', exact: true }).click();
    await page.getByText('1 of 1 sent back').waitFor();
    const redriven = () => invoked.filter(({ name }) => name === 'redrive').map(({ input }) => input);
    const all = { consumer: 'consumer-1', fingerprint: 'f1' };
    expect(redriven()).toEqual([
      { ...all, dryRun: true },
      { ...all, dryRun: false },
    ]);
    await page.getByRole('button', { name: /counter-7/ }).click();
    await page.getByRole('button', { name: 'Redrive this stream’s' }).click();
    await page.getByRole('dialog').getByText('Send 1 messages back').waitFor();
    expect(redriven().at(-1)).toEqual({ ...all, stream: 'counter-7', dryRun: true });
    await page.context().close();
  });

  test('masks what a message carries, and breaks nothing', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${system.url}/dead-letters?cause=f1&message=message-1`);
    await page.getByText('••••').first().waitFor();
    expect(await page.getByText('Ada Lovelace').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Break it' }).count()).toBe(0);
    await page.context().close();
  });
});
