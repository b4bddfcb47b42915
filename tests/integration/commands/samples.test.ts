import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderAggregate } from '#domain/order/decisions.ts';
import * as emitEvent from '#functions/operations/emit-event/handler.ts';
import * as health from '#functions/queries/health/handler.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { HttpEvent } from '#kit/http/request.ts';
import {
  type CommandName,
  type Commands,
  functionName,
  handlerOf,
  startCommands,
} from '#tests/support/commands.ts';
import { checkAnswer } from '#tests/support/openapi.ts';

const folder = resolve(import.meta.dirname, '../../events');
const sample = async <Event>(name: string): Promise<Event> =>
  JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

async function run(command: CommandName) {
  const event = await sample<HttpEvent>(functionName(command));
  const result = await handlerOf(command, commands.data.runtime())(event);
  checkAnswer(functionName(command), result);
  const { statusCode, body } = result;
  return { statusCode, body: JSON.parse(body) };
}

/** What order-payments does when it hears of the payment, and inventory and people do about the order. */
async function pay(orderId: string, paymentId: string): Promise<void> {
  const metadata = { userId: 'consumer:test', correlationId: 'c', causationId: 'e', commandId: 'e' };
  await handleCommand(commands.data.runtime(), orderAggregate, {
    aggregateId: orderId,
    command: { type: 'applyCapture', paymentId, captureId: 'c-1', amount: 129_900, currency: 'USD' },
    metadata,
  });
  await handleCommand(commands.data.runtime(), orderAggregate, {
    aggregateId: orderId,
    command: { type: 'releaseHold', hold: 'stock', by: 'consumer:test' },
    metadata: { ...metadata, commandId: 'f' },
  });
  await handleCommand(commands.data.runtime(), orderAggregate, {
    aggregateId: orderId,
    command: { type: 'releaseHold', hold: 'fraud', by: 'consumer:test' },
    metadata: { ...metadata, commandId: 'g' },
  });
}

test('the sample events of the commands tell one story, and each may be repeated', async () => {
  expect(await run('cancelOrder')).toMatchObject({ statusCode: 404 });
  const answers = [
    await run('registerCustomer'),
    await run('changeCustomer'),
    await run('listProduct'),
    await run('placeOrder'),
  ];
  const payment = await run('recordPayment');
  await pay(payment.body.orderId, payment.body.paymentId);
  answers.push(payment, await run('shipOrder'), await run('deliverOrder'), await run('refundPayment'));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 200, 200, 201, 201, 200, 200, 200]);
  expect(await run('receiveStock')).toMatchObject({ statusCode: 200 });
  expect(await run('cancelOrder')).toMatchObject({ statusCode: 409 });

  const before = await commands.eventCount();
  const again: typeof answers = [];
  const story = ['registerCustomer', 'changeCustomer', 'listProduct', 'placeOrder', 'recordPayment'] as const;
  for (const command of [...story, 'shipOrder', 'deliverOrder', 'refundPayment'] as const) {
    again.push(await run(command));
  }
  expect(again).toEqual(answers);
  expect(await commands.eventCount()).toBe(before);
  expect(await run('withdrawProduct')).toMatchObject({ statusCode: 200 });
});

test('the sample events of health and emit-event are taken', async () => {
  const runtime = commands.data.runtime();
  const answer = await health.createHandler(runtime)(await sample<HttpEvent>('health'));
  expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
  const emit = emitEvent.createHandler(runtime);
  const first = await emit(await sample('emit-event'));
  expect(await emit(await sample('emit-event'))).toMatchObject({ version: first.version + 1 });
});
