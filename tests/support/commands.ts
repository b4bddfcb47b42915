import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { orderAggregate } from '#domain/order/decisions.ts';
import * as cancelOrder from '#functions/commands/cancel-order/handler.ts';
import * as changeCustomer from '#functions/commands/change-customer/handler.ts';
import * as deliverOrder from '#functions/commands/deliver-order/handler.ts';
import * as listProduct from '#functions/commands/list-product/handler.ts';
import * as placeOrder from '#functions/commands/place-order/handler.ts';
import * as receiveStock from '#functions/commands/receive-stock/handler.ts';
import * as recordPayment from '#functions/commands/record-payment/handler.ts';
import * as refundPayment from '#functions/commands/refund-payment/handler.ts';
import * as registerCustomer from '#functions/commands/register-customer/handler.ts';
import * as resolvePaymentReport from '#functions/commands/resolve-payment-report/handler.ts';
import * as shipOrder from '#functions/commands/ship-order/handler.ts';
import * as withdrawProduct from '#functions/commands/withdraw-product/handler.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { type Data, startData } from './data.ts';
import type { Sent } from './http-event.ts';
import { send } from './http-send.ts';
import { listProducts } from './products.ts';

const modules = {
  cancelOrder,
  changeCustomer,
  deliverOrder,
  listProduct,
  placeOrder,
  receiveStock,
  recordPayment,
  refundPayment,
  registerCustomer,
  resolvePaymentReport,
  shipOrder,
  withdrawProduct,
};

export type CommandName = keyof typeof modules;

export const commandNames = Object.keys(modules) as CommandName[];

/** `placeOrder` → `place-order`. */
export const functionName = (command: CommandName): string =>
  command.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const handlerOf = (command: CommandName, runtime: Runtime) => modules[command].createHandler(runtime);

/** The commands over an events table of the test's own, in which the product of `order` is listed. */
export interface Commands {
  data: Data;
  run(command: CommandName, sent: Sent, parts?: RuntimeParts): ReturnType<typeof send>;
  /** How many events the table holds: what a refused command must not change. */
  eventCount(): Promise<number>;
  /** A placed order of `sub`'s, by its id. */
  placed(sub?: string): Promise<string>;
  /** A paid one that nothing holds; no consumer is running here, so their commands are issued directly. */
  paid(sub?: string): Promise<string>;
}

export const item = { sku: 'LAPTOP-14', quantity: 2, unitPrice: 19.99 };

export const order = {
  items: [item],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

export const ORDER_TOTAL = 39.98;

export const uniqueKey = (): string => `key-${randomUUID()}`;

export async function startCommands(): Promise<Commands> {
  const data = await startData();
  const runtime: Runtime = data.runtime();
  await listProducts(runtime, order.items);
  const TableName = runtime.setting('EVENTS_TABLE');
  const run: Commands['run'] = (command, sent, parts) =>
    send(handlerOf(command, data.runtime(parts)), { operation: functionName(command), ...sent });
  const placed = async (sub = 'ada') =>
    (await run('placeOrder', { sub, body: order })).body.orderId as string;
  return {
    data,
    run,
    placed,
    async paid(sub) {
      const orderId = await placed(sub);
      const metadata = {
        userId: 'consumer:test',
        correlationId: 'c',
        causationId: 'e',
        commandId: uniqueKey(),
      };
      await handleCommand(runtime, orderAggregate, {
        aggregateId: orderId,
        command: {
          type: 'applyCapture',
          paymentId: 'pay-1',
          captureId: 'c-1',
          amount: 3998,
          currency: 'USD',
        },
        metadata,
      });
      await handleCommand(runtime, orderAggregate, {
        aggregateId: orderId,
        command: { type: 'releaseHold', hold: 'stock', by: 'consumer:test' },
        metadata: { ...metadata, commandId: uniqueKey() },
      });
      return orderId;
    },
    async eventCount() {
      const { Count = 0 } = await data.dynamo.send(
        new ScanCommand({ TableName, Select: 'COUNT', ConsistentRead: true }),
      );
      return Count;
    },
  };
}
