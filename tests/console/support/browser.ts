import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { root } from '#tests/support/scripts.ts';

/** Where a Chromium is that somebody has installed. */
const places = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Throws an Error that says what to install. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = places.find((path) => path !== '' && existsSync(path));
  if (!executablePath) {
    throw new Error(
      'The tests of the console need Chromium: on Debian `apt-get install chromium`, elsewhere Chrome; ' +
        'or set CHROMIUM_PATH to the program.',
    );
  }
  // In a container there is neither a sandbox nor much shared memory.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface OpenPage {
  page: Page;
  /** What the page has written to its console as an error, and what it has thrown. */
  errors: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.setDefaultTimeout(20_000);
  return { page, errors };
}

/** For a person to look at: `.local/console/<name>.png`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = join(root, '.local/console');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** How wide the page is beyond its window, in pixels. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
