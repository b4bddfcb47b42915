// The digits after the point give every stored amount its meaning, so they are fixed here as ISO 4217 has them.
// Intl would answer by the ICU data of the runtime (HUF: 0 there, 2 in ISO 4217), which a Node upgrade may change.
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map([
  ...withDigits(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...withDigits(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...withDigits(4, 'CLF UYW'),
]);

/** An amount that its currency cannot express, or that is no amount at all. */
export class InvalidAmount extends Error {
  override readonly name = 'InvalidAmount';
}

/** How many digits a currency (ISO 4217 code) has after the point: USD 2, JPY 0, KWD 3. */
export const minorDigits = (currency: string): number => MINOR_DIGITS.get(currency) ?? 2;

/**
 * `19.99` or `'19.99'` USD → 1999, exactly: works on the decimal digits, never on the binary fraction.
 * Throws InvalidAmount for more decimals than the currency has, a sign, an exponent, or more than 15 digits.
 */
export function toMinor(amount: number | string, currency: string): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(String(amount));
  if (!match) throw new InvalidAmount(`${amount} is not an amount of money`);
  const [, whole = '', written = ''] = match;
  const fraction = written.replace(/0+$/, '');
  const allowed = minorDigits(currency);
  if (fraction.length > allowed) {
    throw new InvalidAmount(`${amount} has more than the ${allowed} decimals of ${currency}`);
  }
  const minor = Number(whole + fraction.padEnd(allowed, '0'));
  // Up to 15 significant digits a decimal survives the way through a double and back.
  if (minor >= 1e15) throw new InvalidAmount(`${amount} is too large an amount`);
  return minor;
}

/** 1999 USD → 19.99: the double nearest to the decimal, which prints as that decimal. */
export const toMajor = (minor: number, currency: string): number => minor / 10 ** minorDigits(currency);

function withDigits(digits: number, currencies: string): [string, number][] {
  return currencies.split(' ').map((currency) => [currency, digits]);
}
