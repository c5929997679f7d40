const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d{1,9}))?$/i;

/** A number in its exact written form: `sign` × 0.`digits` × 10^`exponent`, its digits without zeros at either end. */
interface Decimal {
  sign: -1 | 0 | 1;
  digits: string;
  exponent: number;
}

/** Compares two written numbers exactly: below, at or above zero. NaN if one is not a number. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (!left || !right) return NaN;
  if (left.sign !== right.sign) return left.sign - right.sign;
  const above =
    left.exponent - right.exponent || (left.digits < right.digits ? -1 : Number(left.digits > right.digits));
  return left.sign * above || 0;
}

function parse(text: string): Decimal | undefined {
  const [all, minus, whole = '', fraction = '', alone = '', power = '0'] = DECIMAL.exec(text) ?? [];
  if (all === undefined) return undefined;
  const written = `${whole}${fraction}${alone}`;
  const leading = written.length - written.replace(/^0+/, '').length;
  const digits = written.slice(leading, endOfDigits(written));
  if (digits === '') return { sign: 0, digits, exponent: 0 };
  return { sign: minus === '-' ? -1 : 1, digits, exponent: whole.length - leading + Number(power) };
}

/** Index behind the last digit that is not zero. A pattern would look for the end again at each zero of a long number. */
function endOfDigits(text: string): number {
  let end = text.length;
  while (end > 0 && text[end - 1] === '0') end -= 1;
  return end;
}
