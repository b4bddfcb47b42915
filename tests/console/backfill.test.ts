import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { keepPicture, openBrowser, openPage, overflowOf } from './support/browser.ts';
import { type CounterConsole, counterConsole } from './support/counters.ts';

const FROM = '2026-11-01T00:00:00.000Z';
const TO = '2026-11-24T10:00:00.000Z';
const HALF = '2026-11-12T12:00:00.000Z';
const continuationToken = { after: 'an id', startedAt: 2, to: 3 };

type Input = Record<string, unknown>;
const asked: Input[] = [];
/** What the operation answers each time. Answers that ran out are an error. */
let answers: Input[];

async function invoke(name: string, event: object): Promise<unknown> {
  if (name !== 'republish') throw new Error(`${name} was not asked for`);
  const input = event as Input;
  asked.push(input);
  const answer = answers.shift();
  if (!answer) throw new Error('the function timed out');
  return { consumer: input.consumer, dryRun: input.dryRun, from: FROM, to: TO, tooOld: 0, ...answer };
}

const half = { sent: 12_000, progress: 0.5, reached: HALF, continuationToken };
const rest = { sent: 345, progress: 1, reached: TO };

let browser: Browser;
let local: CounterConsole;
let stage: CounterConsole;
beforeAll(async () => {
  browser = await openBrowser();
  local = await counterConsole({ source: { invoke } });
  stage = await counterConsole({ source: { invoke, stage: 'staging', isLocal: false } });
});
afterAll(async () => {
  await browser?.close();
  await local?.stop();
  await stage?.stop();
});
beforeEach(() => {
  asked.length = 0;
});

/** The page with the panel, the consumer and the start of the time filled in. */
async function openPanel({ url }: CounterConsole, width = 1280) {
  const { page } = await openPage(browser, { viewport: { width, height: 844 } });
  await page.goto(`${url}/projections`);
  const panel = page.getByRole('region', { name: 'Backfill' });
  await panel.getByLabel('consumer').selectOption('consumer-2');
  await panel.getByLabel('from').fill('2026-11-01T00:00');
  const press = (button: string | RegExp) => panel.getByRole('button', { name: button }).click();
  const confirm = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Send 12,345' });
  return { page, panel, press, confirm };
}

describe('the backfill in the console', () => {
  test('counts first, and sends what it counted to the queue of one consumer', async () => {
    const { page, panel, press, confirm } = await openPanel(local);
    answers = [half, rest, half, rest];
    await press('Count first');
    await panel.getByText('12,345 events would go to the queue of consumer-2, and to no other').waitFor();
    await press('Send 12,345');
    await page.getByRole('dialog').getByText('Send 12,345 events to consumer-2?').waitFor();
    await confirm(page).click();
    await panel.getByText('12,345 events went to the queue of consumer-2, and to no other').waitFor();
    const counted = { consumer: 'consumer-2', from: '2026-11-01T00:00:00Z', old: false, dryRun: true };
    const sent = { ...counted, from: FROM, to: TO, dryRun: false };
    expect(asked).toEqual([counted, { ...counted, continuationToken }, sent, { ...sent, continuationToken }]);
    await page.context().close();
  });

  test('sends nothing of what was counted before something else was asked for', async () => {
    const { page, panel, press } = await openPanel(local);
    answers = [rest];
    await press('Count first');
    await panel.getByRole('button', { name: 'Send 345' }).waitFor();
    await panel.getByLabel('consumer').selectOption('consumer-3');
    await panel.getByRole('button', { name: 'Send 345' }).waitFor({ state: 'detached' });
    expect(asked).toHaveLength(1);
    await page.context().close();
  });

  test('says what is too old, and what can never be sent', async () => {
    const { page, panel, press } = await openPanel(local);
    answers = [{ ...rest, tooOld: 3 }, { ...half, refused: ['a'] }, rest];
    await press('Count first');
    await panel.getByText('3 are left out').waitFor();
    await press('Send 345');
    await page.getByRole('dialog').getByRole('button', { name: 'Send 345' }).click();
    await panel.getByText('1 can never be sent').waitFor();
    await panel.getByText('12,345 events went').waitFor();
    answers = [rest];
    await panel.getByLabel('also those older than 29 days').check();
    await press('Count first');
    await panel.getByText('345 events would go').waitFor();
    expect(asked.at(-1)).toMatchObject({ old: true });
    await page.context().close();
  });

  test('says after a failure what has been sent, on a phone too', async () => {
    const { page, panel, press, confirm } = await openPanel(local, 390);
    answers = [half, rest, half];
    await press('Count first');
    await press('Send 12,345');
    await confirm(page).click();
    await panel.getByText('the function timed out').waitFor();
    await panel.getByText(`12,000 events went to the queue of consumer-2, and to no other`).waitFor();
    await panel.getByText(`Everything before ${HALF} is sent`).waitFor();
    expect(await overflowOf(page)).toBe(0);
    await keepPicture(page, 'backfill-390');
    await page.context().close();
  });

  test('only counts at a stage until a person has typed its name', async () => {
    const { page, panel, press } = await openPanel(stage);
    answers = [rest];
    await press('Count first');
    const send = panel.getByRole('button', { name: 'Send 345' });
    await send.waitFor();
    expect(await send.isDisabled()).toBe(true);
    await page.getByLabel('Type the stage’s name to allow changes').fill('staging');
    await page.getByRole('button', { name: 'Allow' }).click();
    expect(await send.isDisabled()).toBe(false);
    await page.context().close();
  });
});
