import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from './support/browser.ts';
import { type CounterConsole, counterConsole } from './support/counters.ts';

let browser: Browser;
let system: CounterConsole;
beforeAll(async () => {
  browser = await openBrowser();
  system = await counterConsole();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

interface Frames {
  count: number;
  /** ms between two frames. */
  median: number;
  longest: number;
}

/** Measures the frames that the page draws until the returned function is called. */
async function measureFrames(page: Page): Promise<() => Promise<Frames>> {
  await page.evaluate(`
    window.gaps = [];
    let before = performance.now();
    const next = (now) => { gaps.push(now - before); before = now; window.frame = requestAnimationFrame(next); };
    window.frame = requestAnimationFrame(next);
  `);
  return () =>
    page.evaluate<Frames>(`(() => {
      cancelAnimationFrame(frame);
      const sorted = [...gaps].sort((a, b) => a - b);
      return { count: gaps.length, median: sorted[sorted.length >> 1], longest: sorted.at(-1) };
    })()`);
}

const told = (what: string, { count, median, longest }: Frames) =>
  process.stdout.write(
    `${what}: ${count} frames, median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms\n`,
  );

describe('under load', () => {
  test('500 events a second, to eight consumers each, do not freeze the page', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(system.url);
    await page.getByText('No event has come yet').waitFor();
    const end = await measureFrames(page);
    const seconds = 5;
    for (let number = 0, started = Date.now(); number < 500 * seconds; ) {
      const due = Math.min(500 * seconds, ((Date.now() - started) / 1_000) * 500);
      while (number < due) system.count(number++);
      await pause(20);
    }
    await page.getByText('2,500 events', { exact: true }).first().waitFor();
    const frames = await end();
    told('500 events a second', frames);
    expect(frames.median).toBeLessThan(100);
    expect(frames.longest).toBeLessThan(1_500);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('10,000 events scroll, and few of them are in the document', async () => {
    const { page } = await openPage(browser);
    await page.goto(system.url);
    await page.getByText('2,500 events', { exact: true }).first().waitFor();
    for (let number = 2_500; number < 10_000; number++) system.count(number);
    await page.getByText('10,000 events', { exact: true }).first().waitFor();
    const shown = await page.locator('.rows > li').count();
    expect(shown).toBeLessThan(60);
    const end = await measureFrames(page);
    await page.evaluate(`(async () => {
      const list = document.querySelector('.rows');
      for (let step = 0; step < 120; step++) {
        list.scrollTop += list.scrollHeight / 120;
        await new Promise(requestAnimationFrame);
      }
    })()`);
    const frames = await end();
    told('scrolling', frames);
    expect(frames.median).toBeLessThan(100);
    expect(frames.longest).toBeLessThan(1_000);
    await page.context().close();
  });
});
