import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '#tests/support/eventually.ts';
import { npmStart, type Started } from '#tests/support/npm-start.ts';
import { seriousViolations } from './support/axe.ts';
import { keepPicture, openBrowser, openPage, overflowOf } from './support/browser.ts';

const screens = ['', 'streams', 'dead-letters', 'send', 'break', 'projections', 'contract'];
const dead = /^\d+ dead$/;

let system: Started;
let browser: Browser;
let page: Page;
let errors: string[];

const open = (path: string) => page.goto(`${system.run.httpUrl}/console${path}`);
const consumer = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}\\b`) }).first();

beforeAll(async () => {
  [browser, system] = await Promise.all([openBrowser(), npmStart()]);
  ({ page, errors } = await openPage(browser));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
}, 30_000);

describe('the console of npm start', () => {
  test('is where / leads, is named by the banner, and says what to do where there is nothing yet', async () => {
    expect(system.output()).toContain(`${system.run.httpUrl}/console`);
    await page.goto(system.run.httpUrl);
    await page.getByRole('heading', { name: 'Flow' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console');
    for (const [path, text] of [
      ['/streams', 'Find a stream'],
      ['/dead-letters', 'No dead letters'],
      ['/send', 'Choose what to send'],
      ['/nowhere', 'There is no such screen'],
    ] as const) {
      await open(path);
      await page.getByText(text).waitFor();
    }
  });

  test('Projections: begins a rebuild, which goes on while the rest is tried', async () => {
    await open('/projections');
    const projection = page.getByRole('region', { name: 'stock-view' });
    await projection.getByRole('button', { name: 'Rebuild' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
    await projection.getByText('Generation 2').waitFor();
  });

  test('Flow: the demo’s orders run through it, and one is followed by its URL', async () => {
    await open('');
    await page.getByRole('button', { name: 'Send the demo’s orders' }).click();
    const row = page.getByRole('button', { name: /OrderDelivered/ }).first();
    await row.waitFor();
    await row.click();
    const trace = page.getByRole('region', { name: 'What one correlation id has set off' });
    for (const text of ['POST /orders', 'OrderCreated', 'PaymentCaptured', 'notifications']) {
      await trace.getByText(text).first().waitFor();
    }
    expect(new URL(page.url()).searchParams.get('follow')).toMatch(/^demo-/);
    await page.reload();
    await trace.getByText('OrderDelivered', { exact: true }).waitFor();
    await page.getByLabel('Event type').selectOption('OrderPaid');
    await page
      .getByRole('button', { name: /OrderCreated/ })
      .first()
      .waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('type')).toBe('OrderPaid');
  });

  test('Flow: a consumer that fails is told apart', async () => {
    await open('?failed=1');
    // The demo ends with a poison message.
    await page.locator('.node-consumer.is-bad').first().waitFor({ timeout: 120_000 });
    await page
      .getByRole('button', { name: /OrderCreated.*no stream.*dead/ })
      .first()
      .waitFor();
    await keepPicture(page, 'flow');
  }, 150_000);

  test('Streams: finds one by its type, shows each version, what it changed, and the view beside it', async () => {
    await open('/streams');
    await page.getByLabel('Find by').selectOption('type');
    await page.getByRole('combobox', { name: 'Event type' }).selectOption('OrderDelivered');
    await page
      .getByRole('link', { name: /^order-/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'The view' }).getByText('status').first().waitFor();
    await page.getByRole('region', { name: 'The event' }).getByText('OrderDelivered').waitFor();
    const state = page.getByRole('region', { name: 'The state' });
    await state.locator('ins').filter({ hasText: 'delivered' }).waitFor();
    await page.getByLabel(/^Version/).fill('1');
    await page.getByRole('region', { name: 'The event' }).getByText('OrderCreated').waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe('1');
    await page.getByRole('region', { name: 'The view' }).getByText(/asOf=/).waitFor();
    await page
      .getByRole('region', { name: 'What caused what' })
      .getByRole('link', { name: /OrderPaid/ })
      .first()
      .waitFor();
    await keepPicture(page, 'streams');
  });

  test('Dead letters: counts first, redrives, shows what came back dead, and discards', async () => {
    await open('/dead-letters');
    await page.getByRole('button', { name: /InvalidEnvelope.*sales/s }).click();
    const group = page.getByRole('region', { name: 'Dead letters of one cause at sales' });
    await group.getByRole('button', { name: /no stream/ }).click();
    await group.getByText('not an order').waitFor();
    await group.getByRole('button', { name: /^Redrive all/ }).click();
    await page.getByRole('dialog').getByText('Send 1 messages back to sales?').waitFor();
    await page.getByRole('button', { name: 'Redrive 1', exact: true }).click();
    await page.getByText('1 of 1 sent back').waitFor();
    await page.getByText('Dead letters at sales now: 1').waitFor();
    await keepPicture(page, 'dead-letters');
    await group.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 1' }).click();
    await page.getByRole('button', { name: /InvalidEnvelope.*sales/s }).waitFor({ state: 'detached' });
  });

  test('Send: a valid request is filled in, and what it set off is followed', async () => {
    await open('/send?operation=register-customer');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('region', { name: 'The response' }).getByText('201').waitFor();
    const trace = page.getByRole('region', { name: 'What one correlation id has set off' });
    await trace.getByText('CustomerRegistered').waitFor();
    await trace.getByText('order-view').waitFor();
    await open('/send?event=StockReceived');
    await page.getByRole('button', { name: 'Append' }).click();
    await trace.getByText('stock-view').first().waitFor();
  });

  test('Break it: what waits at a paused consumer, and what a killed one has lost, arrives', async () => {
    await open('/break');
    await page.getByLabel('stock-view paused').check();
    await page.getByLabel('Kill the next invocation of stock-view').selectOption('after');
    await page.getByText('1', { exact: true }).first().waitFor();
    await system.request('POST', '/inventory/BROKEN-1/receive', {
      body: { quantity: 3 },
      scope: 'inventory:write',
    });
    const row = page.getByRole('row', { name: /^stock-view/ });
    await row.getByText('1 waiting').waitFor();
    await page.getByLabel('stock-view paused').uncheck();
    await page.getByText('1 killed').waitFor();
    await open('?consumer=stock-view');
    await page.getByRole('button', { name: /StockReceived.*inventory-BROKEN-1.*1 handled/ }).waitFor();
    await consumer('stock-view').getByText('0 in flight').waitFor();
    await open('/break');
    await page.getByLabel('ReadModelTable').selectOption('0.5');
    await system.request('POST', '/inventory/BROKEN-1/receive', {
      body: { quantity: 3 },
      scope: 'inventory:write',
    });
    await page.getByText(/\d+ throttled/).waitFor();
    await page.getByRole('button', { name: 'Switch everything off' }).click();
    await eventually(async () => (await page.getByLabel('ReadModelTable').inputValue()) === '0');
    await keepPicture(page, 'break');
  });

  test('Contract: who receives what, and a way to send each', async () => {
    await open('/contract');
    await page
      .getByRole('row', { name: /^OrderCreated/ })
      .getByLabel('receives it')
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'API' }).click();
    await page.getByRole('link', { name: 'Send POST /orders', exact: true }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    expect(page.url()).toContain('operation=place-order');
  });

  test('can be used with a keyboard alone', async () => {
    await open('');
    await page.locator('.rows button').first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main');
    await page.locator('.rows button').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('li[data-index="1"] button:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'What one correlation id has set off' }).waitFor();
    for (let tabs = 0; tabs < 40; tabs++) {
      await page.keyboard.press('Shift+Tab');
      if (await page.evaluate<boolean>("document.activeElement.textContent === 'Streams'")) break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('Find a stream').waitFor();
  });

  test('Projections: the rebuild gets ready, and is switched to and back', async () => {
    await open('/projections');
    const projection = page.getByRole('region', { name: 'stock-view' });
    await projection.getByRole('button', { name: 'Switch to it' }).click({ timeout: 60_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Switch' }).click();
    await projection.getByText('Generation 2 is live').waitFor();
    await projection.getByRole('button', { name: 'Go back to it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
    await projection.getByText('Generation 1 is live').waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/events compared/).waitFor();
    await keepPicture(page, 'projections');
  }, 90_000);

  test('Projections: a backfill sends what was counted to one consumer, of those that have a filter', async () => {
    await open('/projections');
    const panel = page.getByRole('region', { name: 'Backfill' });
    const consumers = await panel.getByLabel('consumer').getByRole('option').allTextContents();
    expect(consumers).toContain('sales');
    expect(consumers).not.toContain('deadlines');
    await panel.getByLabel('consumer').selectOption('stock-view');
    await panel.getByRole('button', { name: 'Count first' }).click();
    await panel.getByText(/events would go to the queue of stock-view/).waitFor();
    await panel.getByRole('button', { name: /^Send \d/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Send \d/ })
      .click();
    await panel.getByText(/events went to the queue of stock-view/).waitFor();
    await keepPicture(page, 'backfill');
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on any screen, %s',
    async (colorScheme) => {
      const { page: other } = await openPage(browser, { colorScheme, reducedMotion: 'reduce' });
      const found: Record<string, string[]> = {};
      for (const screen of screens) {
        await other.goto(`${system.run.httpUrl}/console/${screen}`);
        await other.locator('h1').waitFor();
        found[screen] = await seriousViolations(other);
        await keepPicture(other, `${screen || 'flow'}-${colorScheme}`);
      }
      expect(found).toEqual(Object.fromEntries(screens.map((screen) => [screen, []])));
      await other.context().close();
    },
  );

  test.each([390, 1280, 1920])('no screen is wider than a window of %d pixels', async (width) => {
    const { page: other } = await openPage(browser, { viewport: { width, height: 844 } });
    for (const screen of screens) {
      await other.goto(`${system.run.httpUrl}/console/${screen}`);
      await other.locator('h1').waitFor();
      expect({ screen, overflow: await overflowOf(other) }).toEqual({ screen, overflow: 0 });
      await keepPicture(other, `${screen || 'flow'}-${width}`);
    }
    await other.context().close();
  });

  test('on a phone an event is found and followed', async () => {
    const { page: phone } = await openPage(browser, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await phone.goto(`${system.run.httpUrl}/console`);
    await phone.getByRole('list', { name: 'Consumers' }).getByText(dead).first().waitFor();
    await phone.locator('.rows button').first().tap();
    await phone.getByRole('region', { name: 'What one correlation id has set off' }).waitFor();
    await phone.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Send' }).tap();
    await phone.getByText('Choose what to send').waitFor();
    await phone.goto(`${system.run.httpUrl}/console/streams?by=type&value=OrderDelivered`);
    await phone
      .getByRole('link', { name: /^order-/ })
      .first()
      .tap();
    await phone.getByRole('region', { name: 'The view' }).getByText('status').first().waitFor();
    expect(await overflowOf(phone)).toBe(0);
    await keepPicture(phone, 'stream-390');
    await phone.context().close();
  });

  test('wrote no error', () => {
    expect(errors).toEqual([]);
  });
});

describe('who may use it', () => {
  const url = () => `${system.run.httpUrl}/console`;
  const post = async (headers: Record<string, string>) =>
    (await fetch(`${url()}/api/faults`, { method: 'POST', headers, body: '{"fault":"none"}' })).status;

  test('only its own page changes something', async () => {
    const html = await (await fetch(url())).text();
    const token = /console-token" content="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(await post({ 'x-console-token': token })).toBe(200);
    expect(await post({})).toBe(403);
    expect(await post({ 'x-console-token': 'guessed' })).toBe(403);
    expect(await post({ 'x-console-token': token, origin: 'https://evil.example' })).toBe(403);
    expect(await post({ 'x-console-token': token, origin: system.run.httpUrl })).toBe(200);
  });

  test('no other site reads anything', async () => {
    const { status } = await fetch(`${url()}/api/description`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(status).toBe(403);
    expect((await fetch(url(), { headers: { origin: 'null' } })).status).toBe(403);
  });
});
