import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '#tests/support/scripts.ts';

const path = join(root, 'tests/console/looks.json');
const [columns, rows] = [32, 20];

/** How bright each part of the picture is, 0–255: what a person sees who squints. */
async function brightnessOf(page: Page): Promise<number[]> {
  const picture = (await page.screenshot()).toString('base64');
  const canvas = await page.context().newPage();
  const parts = await canvas.evaluate<number[]>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${picture}';
    await image.decode();
    const context = Object.assign(document.createElement('canvas'), { width: ${columns}, height: ${rows} }).getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, ${columns}, ${rows});
    const { data } = context.getImageData(0, 0, ${columns}, ${rows});
    return Array.from({ length: ${columns * rows} }, (_, at) => Math.round((data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3));
  })()`);
  await canvas.close();
  return parts;
}

/**
 * How much the page looks otherwise than it did when somebody last looked at it: the part (0–1) of the picture that is clearly
 * brighter or darker. With the variable UPDATE_LOOKS it is looked at now, and kept in tests/console/looks.json.
 */
export async function changeOfLooks(page: Page, name: string): Promise<number> {
  const now = await brightnessOf(page);
  const kept = (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}) as Record<string, number[]>;
  if (process.env.UPDATE_LOOKS) {
    writeFileSync(path, `${JSON.stringify({ ...kept, [name]: now })}\n`);
    return 0;
  }
  const before = kept[name];
  if (!before) return 1;
  return now.filter((value, at) => Math.abs(value - (before[at] ?? 0)) > 24).length / now.length;
}
