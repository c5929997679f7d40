/**
 * Values are JSON in UTF-8. A record keeps attributes that a newer version added: a writer copies the record that it read and
 * replaces its own attributes.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** The largest configuration of a monitor or an alerter, in bytes. */
export const MAX_SETTINGS_BYTES = 262_144;
/** 9volt writes nothing larger: a transaction has at most this many bytes. */
export const MAX_VALUE_BYTES = 1_048_576;
/** No value of 9volt is nested deeper. A deeper value can be parsed, but printing or traversing it is risky. */
const MAX_DEPTH = 64;

/** A decoded value, or why it cannot be decoded. The reason contains nothing of the value, which may be a secret. */
export type Parsed = { value: unknown; fault?: undefined } | { value?: undefined; fault: string };

/** Parses JSON that anybody may have written. Refuses too large and too deeply nested values before they cost anything. */
export function parse(bytes: Buffer, maxBytes = MAX_VALUE_BYTES): Parsed {
  if (bytes.length > maxBytes) return { fault: `${bytes.length} bytes are too large; expected at most ${maxBytes}` };
  if (isDeeper(bytes, MAX_DEPTH)) return { fault: `it is nested too deeply; expected at most ${MAX_DEPTH} levels` };
  try {
    return { value: JSON.parse(bytes.toString()) as unknown };
  } catch {
    return { fault: 'it is not JSON' };
  }
}

/** Parses a record that only 9volt itself writes. Answers undefined for anything but a JSON object. */
export function decode<T extends object>(value: Buffer): T | undefined {
  const parsed = parse(value).value;
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as T) : undefined;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Counts brackets outside of strings. If the bytes are not JSON, the answer does not matter. */
function isDeeper(bytes: Buffer, levels: number): boolean {
  // Each level takes at least two bytes.
  if (bytes.length < 2 * levels) return false;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (inText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (OPENING.has(byte)) {
      if (++depth > levels) return true;
    } else if (CLOSING.has(byte)) depth--;
  }
  return false;
}
