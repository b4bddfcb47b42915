import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { root } from '#tests/support/scripts.ts';
import { openBrowser, openPage } from './support/browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

interface Texts {
  checked: number;
  /** What stands partly within a box and partly outside of it, or outside of the picture. */
  crossing: string[];
}

const findCrossing = `(() => {
  const boxes = [...document.querySelectorAll('rect')].map((rect) => rect.getBBox());
  const texts = [...document.querySelectorAll('text')];
  const crosses = (text, box) => {
    const middle = text.y + text.height / 2;
    const isBeside = middle < box.y || middle > box.y + box.height || text.x + text.width < box.x || text.x > box.x + box.width;
    return !isBeside && (text.x < box.x || text.x + text.width > box.x + box.width);
  };
  return {
    checked: texts.length,
    crossing: texts.filter((text) => boxes.some((box) => crosses(text.getBBox(), box))).map((text) => text.textContent),
  };
})()`;

test.each(['path-light', 'path-dark', 'path-narrow-light', 'path-narrow-dark'])(
  'no text in docs/images/%s.svg crosses the edge of a box',
  async (name) => {
    const { page } = await openPage(browser);
    await page.setContent(readFileSync(join(root, `docs/images/${name}.svg`), 'utf8'));
    const { checked, crossing } = await page.evaluate<Texts>(findCrossing);
    expect(checked).toBeGreaterThan(30);
    expect(crossing).toEqual([]);
    await page.context().close();
  },
);
