import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { keepPicture, openBrowser, openPage } from './support/browser.ts';
import { type CounterConsole, counterConsole } from './support/counters.ts';
import { changeOfLooks } from './support/looks.ts';

let browser: Browser;
let system: CounterConsole;
beforeAll(async () => {
  [browser, system] = await Promise.all([openBrowser(), counterConsole()]);
  for (let number = 0; number < 40; number++) system.count(number);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
] as const)('Flow looks as it did, %s, %d pixels wide', async (colorScheme, width) => {
  const { page } = await openPage(browser, {
    colorScheme,
    reducedMotion: 'reduce',
    viewport: { width, height: 800 },
  });
  await page.goto(system.url);
  await page.getByText('40 events', { exact: true }).first().waitFor();
  await page.getByText('0 waiting').first().waitFor({ state: 'attached' });
  const name = `flow-of-counters-${colorScheme}-${width}`;
  await keepPicture(page, name);
  expect(await changeOfLooks(page, name)).toBeLessThan(0.1);
  await page.context().close();
});
