import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InvalidAmount, minorDigits, toMajor, toMinor } from '#domain/money.ts';

const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF', 'HUF');

describe('from decimals to minor units', () => {
  it.each([
    ['19.99', 'USD', 1_999],
    [19.99, 'USD', 1_999],
    [1.1, 'USD', 110],
    [0.07, 'USD', 7],
    [4.35, 'USD', 435],
    [1.005, 'KWD', 1_005],
    [999_999_999.99, 'USD', 99_999_999_999],
    [0, 'USD', 0],
    ['0.00', 'USD', 0],
    ['5', 'USD', 500],
    ['5.100', 'USD', 510],
    [500, 'JPY', 500],
    ['500.0', 'JPY', 500],
    [1, 'HUF', 100],
  ])('%s %s is %d', (amount, code, minor) => {
    expect(toMinor(amount, code)).toBe(minor);
  });

  it.each([
    ['more decimals than the dollar has', 1.005, 'USD', '1.005 has more than the 2 decimals of USD'],
    ['the sum of floats', 0.1 + 0.2, 'USD', 'more than the 2 decimals'],
    ['a fraction of a yen', 0.5, 'JPY', '0.5 has more than the 0 decimals of JPY'],
    ['a debt', -1, 'USD', '-1 is not an amount of money'],
    ['an exponent', 1e21, 'USD', 'is not an amount of money'],
    ['a tiny exponent', 1e-7, 'USD', 'is not an amount of money'],
    ['no number', Number.NaN, 'USD', 'NaN is not an amount of money'],
    ['infinity', Number.POSITIVE_INFINITY, 'USD', 'Infinity is not an amount of money'],
    ['a thousands separator', '1,000', 'USD', 'is not an amount of money'],
    ['nothing', '', 'USD', 'is not an amount of money'],
    ['space', ' 1', 'USD', 'is not an amount of money'],
    ['a bare point', '1.', 'USD', 'is not an amount of money'],
    ['16 digits', '99999999999999.99', 'USD', 'is too large an amount'],
  ])('takes not %s', (_, amount, code, message) => {
    expect(() => toMinor(amount, code)).toThrow(InvalidAmount);
    expect(() => toMinor(amount, code)).toThrow(message);
  });
});

describe('there and back', () => {
  it('loses nothing, as a number or as a text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), currency, (minor, code) => {
        const major = toMajor(minor, code);
        expect(toMinor(major.toFixed(minorDigits(code)), code)).toBe(minor);
        if (!String(major).includes('e')) expect(toMinor(major, code)).toBe(minor);
      }),
    );
  });

  it('prints as the decimal that it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.integer({ min: 0, max: 99 }),
        (whole, cents) => {
          const text = `${whole}.${String(cents).padStart(2, '0')}`;
          expect(toMajor(toMinor(text, 'USD'), 'USD').toFixed(2)).toBe(text);
        },
      ),
    );
  });
});

describe('the digits of a currency', () => {
  it.each([
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
  ])('%s: %d', (code, digits) => {
    expect(minorDigits(code)).toBe(digits);
  });

  it('are those of ISO 4217, not of the runtime, so that a stored amount keeps its meaning', () => {
    expect(minorDigits('HUF')).toBe(2);
  });

  it('are 2 unless listed, whatever the name', () => {
    expect(minorDigits('constructor')).toBe(2);
  });
});
