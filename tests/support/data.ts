import { application } from '#application';
import { readModelTable, startTables, type Tables } from './tables.ts';

/** The shop's tables, and nothing else of the stack. */
export type Data = Tables;

/** As resources/stack/tables.yml has it; a test holds them together. */
export const READ_MODEL = readModelTable(
  { listing: ['listPk', 'listSk'] },
  {
    'customer-orders': ['customerPk', 'createdSk'],
    orders: ['orderPk', 'createdSk'],
    'open-orders': ['openPk', 'createdSk'],
  },
);

export const startData = (): Promise<Data> =>
  startTables(application, READ_MODEL, {
    CURRENCY: 'USD',
    HOME_COUNTRY: 'US',
    HIGH_VALUE_THRESHOLD: '1000',
    PAYMENT_MINUTES: '60',
  });
