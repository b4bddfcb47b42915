import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { node, root } from '#tests/support/scripts.ts';

const command = 'resources/cli/missing.ts';

test('Nothing is missing in this repository', async () => {
  expect(await node([command])).toEqual({ code: 0, stdout: 'nothing is missing\n', stderr: '' });
});

describe('In a copy, npm run missing names what is lacking and where to add it, for', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'missing-'));
    for (const part of [
      'docs',
      'functions',
      'resources',
      'shared',
      'tests',
      'package.json',
      'serverless.yml',
    ]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  const write = (file: string, text: string) => {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  };
  const edit = (file: string, from: string, to: string) => {
    const before = readFileSync(join(copy, file), 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${from}`);
    writeFileSync(join(copy, file), after);
  };
  const missing = async () => {
    const { code, stdout, stderr } = await node([command], { cwd: copy });
    expect([code, stderr]).toEqual([1, '']);
    return stdout.trimEnd().split('\n');
  };

  test('a command', async () => {
    write('functions/commands/pause-order/handler.ts', '');
    write('functions/commands/pause-order/function.yml', 'pause-order:\n  events: [{ httpApi: x }]\n');
    expect(await missing()).toEqual([
      'command pause-order lacks its line: serverless.yml',
      'command pause-order lacks a sample event: tests/events/pause-order.json',
      'command pause-order lacks its OpenAPI description: functions/commands/pause-order/openapi.ts',
      'command pause-order lacks a valid request: tests/contract/valid-requests.ts',
      'command pause-order lacks permissions: functions/commands/pause-order/function.yml',
      'command pause-order lacks a client in the simulation: tests/properties/simulator/stories.ts',
    ]);
  });

  test('a route', async () => {
    write('functions/queries/get-day/handler.ts', '');
    write(
      'functions/queries/get-day/function.yml',
      'get-day:\n  permissions: { ReadModelTable: [GetItem] }\n  events: [{ httpApi: x }]\n',
    );
    expect(await missing()).toEqual([
      'route get-day lacks its line: serverless.yml',
      'route get-day lacks a sample event: tests/events/get-day.json',
      'route get-day lacks its OpenAPI description: functions/queries/get-day/openapi.ts',
      'route get-day lacks a valid request: tests/contract/valid-requests.ts',
      'route get-day lacks a test of its answers: tests/contract/every-answer.test.ts',
      'route get-day lacks a path that proves its permissions: tests/support/iam-coverage.ts',
    ]);
  });

  test('a consumer', async () => {
    write('functions/consumers/loyalty/handler.ts', '');
    write('functions/consumers/loyalty/delivery-check.ts', '');
    write('functions/consumers/loyalty/consumer.yml', 'filter: { eventType: [OrderPaid] }\n');
    expect(await missing()).toEqual([
      'consumer loyalty lacks its line: serverless.yml',
      'consumer loyalty lacks a sample event: tests/events/loyalty.json',
      'consumer loyalty lacks permissions: functions/consumers/loyalty/consumer.yml',
      'consumer loyalty lacks a check of the simulation: tests/properties/checks/by-consumer.ts',
      'consumer loyalty lacks its column in the demo: resources/cli/demo/demo.ts',
      'consumer loyalty lacks the list of what it receives: tests/integration/routing/filter-policies.test.ts',
      'consumer loyalty lacks its row: docs/architecture.md',
      'consumer loyalty lacks the use of its delivery check: functions/operations/audit/delivery-checks.ts',
      'event OrderPaid lacks a delivery check by loyalty: functions/consumers/loyalty/delivery-check.ts',
    ]);
  });

  test('a projection', async () => {
    write('functions/projections/day-view/handler.ts', '');
    write(
      'functions/projections/day-view/consumer.yml',
      'permissions: { ReadModelTable: [PutItem] }\nfilter: { aggregateType: [inventory] }\n',
    );
    const views = [
      'StockReceived',
      'StockAdjusted',
      'StockReserved',
      'StockRejected',
      'StockReleased',
      'StockIssued',
      'StockBackordered',
      'BackorderFilled',
      'BackorderCancelled',
    ].map((eventType) => `event ${eventType} lacks a view of inventory in day-view: shared/application.ts`);
    expect(await missing()).toEqual([
      'projection day-view lacks its line: serverless.yml',
      'projection day-view lacks a sample event: tests/events/day-view.json',
      'projection day-view lacks a path that proves its permissions: tests/support/iam-coverage.ts',
      'projection day-view lacks a check of the simulation: tests/properties/checks/by-consumer.ts',
      'projection day-view lacks its column in the demo: resources/cli/demo/demo.ts',
      'projection day-view lacks the list of what it receives: tests/integration/routing/filter-policies.test.ts',
      'projection day-view lacks its row: docs/architecture.md',
      'projection day-view lacks its name: shared/application.ts',
      'projection day-view lacks its projection: shared/read-model/projections.ts',
      ...views,
    ]);
  });

  test('an event that is not in the registry', async () => {
    write(
      'shared/domain/order/paused.ts',
      "export const paused = defineEvent({ eventType: 'OrderPaused' });",
    );
    expect(await missing()).toEqual(['event OrderPaused lacks its line: shared/domain/index.ts']);
  });

  test('an event without samples, of an aggregate that the simulation does not know', async () => {
    edit('shared/domain/customer.ts', "samples: { 1: { name: 'Ada King' } }", 'samples: {}');
    edit('tests/properties/checks/read-side.ts', "'customer'", 'someAggregate');
    const check = 'lacks a check of customer streams in the simulation: tests/properties/checks/read-side.ts';
    expect(await missing()).toEqual([
      `event CustomerRegistered ${check}`,
      'event CustomerRenamed lacks a sample of version 1: shared/domain/customer.ts',
      `event CustomerRenamed ${check}`,
      `event CustomerEmailChanged ${check}`,
    ]);
  });
});
