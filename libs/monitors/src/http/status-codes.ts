const CODE = '[1-9]\\d\\d';
const RANGE = `\\s*${CODE}(?:\\s*-\\s*${CODE})?\\s*`;

/** Status codes and ranges of them: `200-299,304`. */
export const STATUS_CODES = new RegExp(`^${RANGE}(?:,${RANGE})*$`);
export const STATUS_CODES_EXPECTED = 'codes and ranges such as "200-299,304"';

/** Whether a text that matches {@link STATUS_CODES} contains the code. */
export function includesStatus(codes: string, status: number): boolean {
  return statusMatcher(codes)(status);
}

/** The same for any number of codes. */
export function statusMatcher(codes: string): (status: number) => boolean {
  const ranges = rangesOf(codes);
  return (status) => ranges.some(([from, to]) => from <= status && status <= to);
}

/** Whether no range in it runs backwards. */
export function isOrdered(codes: string): boolean {
  return rangesOf(codes).every(([from, to]) => from <= to);
}

function rangesOf(codes: string): [from: number, to: number][] {
  return codes.split(',').map((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number);
    return [from, to];
  });
}
