import { randomBytes } from 'node:crypto';

let lastMs = 0;
let sequence = 0;

/**
 * An id that sorts by the time at which it was made (milliseconds, then a counter within this process), and is unique among
 * processes by a random part: 24 characters of 0-9 and a-z.
 */
export function timeId(nowMs = Date.now()): string {
  sequence = nowMs === lastMs ? sequence + 1 : 0;
  lastMs = nowMs;
  const time = nowMs.toString(36).padStart(9, '0');
  const order = sequence.toString(36).padStart(4, '0');
  const random = BigInt(`0x${randomBytes(7).toString('hex')}`)
    .toString(36)
    .padStart(11, '0');
  return `${time}${order}${random}`;
}

const TIME_ID = /^[0-9a-z]{24}$/;

/** When an id of {@link timeId} was made, in milliseconds since the epoch; undefined for any other text. */
export function timeOfId(id: string): number | undefined {
  return TIME_ID.test(id) ? Number.parseInt(id.slice(0, 9), 36) : undefined;
}
