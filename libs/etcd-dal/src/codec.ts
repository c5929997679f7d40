/** Values are JSON in UTF-8. A record keeps the attributes that a newer version added: what is rewritten is spread over what was read. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** The largest configuration of a monitor or an alerter, in bytes. */
export const MAX_SETTINGS_BYTES = 262_144;
/** Nothing that 9volt writes is larger: a transaction has at most so many bytes. */
export const MAX_VALUE_BYTES = 1_048_576;
/** Nothing of 9volt is nested deeper. What is can be parsed, but neither printed nor walked through without risk. */
const MAX_DEPTH = 64;

/** What a value of etcd is, or why it cannot be looked at. Of the value itself the reason has not a word: it may be a secret. */
export type Parsed = { value: unknown; fault?: undefined } | { value?: undefined; fault: string };

/** Parses JSON that anybody may have written: too large and too deeply nested values are refused before they cost anything. */
export function parse(bytes: Buffer, maxBytes = MAX_VALUE_BYTES): Parsed {
  if (bytes.length > maxBytes) return { fault: `${bytes.length} bytes are too large; expected at most ${maxBytes}` };
  if (isDeeper(bytes, MAX_DEPTH)) return { fault: `it is nested too deeply; expected at most ${MAX_DEPTH} levels` };
  try {
    return { value: JSON.parse(bytes.toString()) as unknown };
  } catch {
    return { fault: 'it is not JSON' };
  }
}

/** Parses a record that only 9volt itself writes. Answers undefined for what is not a JSON object. */
export function decode<T extends object>(value: Buffer): T | undefined {
  const parsed = parse(value).value;
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as T) : undefined;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Reads brackets outside of texts; in what is not JSON the answer matters to nobody. */
function isDeeper(bytes: Buffer, levels: number): boolean {
  // So many levels take two bytes each.
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
