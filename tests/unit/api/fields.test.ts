import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import { COUNTRIES } from '#api/countries.ts';
import * as fields from '#api/fields.ts';
import { amount, unitPrice } from '#api/money.ts';

const parse = (schema: z.ZodType, value: unknown) => schema.safeParse(value).data;

describe('countries', () => {
  test('are the 249 that ISO 3166-1 assigns, each known to the runtime by a name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(new Set(COUNTRIES).size).toBe(249);
    expect(COUNTRIES.filter((code) => !names.of(code))).toEqual([]);
  });
});

describe('times', () => {
  test.each([
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', undefined],
    ['2026-13-01', undefined],
    ['2026-1-1', undefined],
    ['2026-01-01T00:00:00Z', undefined],
    ['', undefined],
  ])('the date %j is parsed to %j', (given, expected) => {
    expect(parse(fields.isoDate, given)).toBe(expected);
  });

  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456+02:00', '2026-01-31T10:00:00.123Z'],
    ['2026-01-31T12:00:00', undefined],
    ['2026-02-30T12:00:00Z', undefined],
    ['0001-01-01T00:00:00Z', undefined],
    ['9999-12-31T23:59:59-23:00', undefined],
    ['2026-01-31', undefined],
    ['yesterday', undefined],
  ])('the time %j is parsed to %j', (given, expected) => {
    expect(parse(fields.isoDateTime, given)).toBe(expected);
  });
});

describe('a text', () => {
  const { documented } = fields.text(20).meta() as { documented: { pattern: string } };

  test('is as long as it has characters, whatever they take in UTF-16', () => {
    expect(parse(fields.text(3), '🍵🍵🍵')).toBe('🍵🍵🍵');
    expect(parse(fields.text(3), '🍵🍵🍵🍵')).toBeUndefined();
    expect(parse(fields.text(7), '  tea  ')).toBe('tea');
    // As the contract counts: with the spaces that are trimmed.
    expect(parse(fields.text(6), '  tea  ')).toBeUndefined();
    expect(parse(fields.email, `ada@example.com${' '.repeat(250)}`)).toBeUndefined();
  });

  test.each(['Zoë', 'مرحبا', '👩‍👩‍👧', 'a\u200db', '\u200fשלום', 'é'])('may be %j', (given) => {
    expect(parse(fields.text(20), given)).toBe(given);
    expect(new RegExp(String(documented.pattern), 'u').test(given)).toBe(true);
  });

  test.each([
    '\u200b',
    '\u200b \ufeff',
    '\u3164',
    '\u2800',
    '\ufe0f',
    'a\ufffe',
    '\uffffb',
    'a\u202eb',
    '\u2066a',
    '',
    '  ',
    'a\n',
    '\u0000a',
    'a\u0085',
  ])('is not %j, and the contract says so', (given) => {
    expect(parse(fields.text(20), given)).toBeUndefined();
    expect(new RegExp(String(documented.pattern), 'u').test(given)).toBe(false);
  });

  test.each(['\ud800', '\u{e0001}'])('is not %j', (given) => {
    expect(parse(fields.text(3), given)).toBeUndefined();
  });
});

describe('amounts', () => {
  test.each([
    ['USD', 19.99, 1999],
    ['USD', 0.1, 10],
    ['USD', 1_000_000, 100_000_000],
    ['USD', 1_000_000.01, undefined],
    ['USD', 0.001, undefined],
    ['USD', -0.01, undefined],
    ['USD', 1e-7, undefined],
    ['USD', Number.NaN, undefined],
    ['USD', '1', undefined],
    ['JPY', 100, 100],
    ['JPY', 100.5, undefined],
    ['KWD', 1.234, 1234],
  ])('%s %p is %p in minor units', (currency, value, expected) => {
    expect(
      parse(
        amount(() => currency, 1_000_000),
        value,
      ),
    ).toBe(expected);
  });
});

describe('the price of one piece', () => {
  test.each([
    ['USD', 999_999_999.99, 99_999_999_999],
    ['USD', 1_000_000_000, undefined],
    // A house in dong, a car in won.
    ['VND', 900_000_000, 900_000_000],
    ['KRW', 45_000_000, 45_000_000],
    ['KWD', 999_999_999.99, 999_999_999_990],
  ])('in %s may be %p: as much as an order may cost', (currency, value, expected) => {
    expect(
      parse(
        unitPrice(() => currency),
        value,
      ),
    ).toBe(expected);
  });
});

describe('names', () => {
  test.each([
    ['  Ada  ', 'Ada'],
    ['Zoë 👩‍🚀', 'Zoë 👩‍🚀'],
    ['   ', undefined],
    ['a\nb', undefined],
    ['a\u0007', undefined],
    ['a\ud800', undefined],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), undefined],
  ])('%j is parsed to %j', (given, expected) => {
    expect(parse(fields.name, given)).toBe(expected);
  });

  test('an id is stored in one spelling', () => {
    expect(parse(fields.orderId, '0192F000-0000-7000-8000-00000000000A')).toBe(
      '0192f000-0000-7000-8000-00000000000a',
    );
  });
});
