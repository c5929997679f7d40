/** A number for people: three significant digits, all of a large one. */
export function figure(value: number): string {
  return Math.abs(value) >= 999.5 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A time in milliseconds for people: `4.21 ms`, `1.34 s`. */
export function timeFigure(ms: number): string {
  return ms < 999.5 ? `${figure(ms)} ms` : `${figure(ms / 1_000)} s`;
}
