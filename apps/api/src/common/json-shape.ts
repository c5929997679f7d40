import { DomainError } from '@9volt/contracts';

const MAX_DEPTH = 32;
const MAX_VALUES = 100_000;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Throws if JSON is nested deeper, or has more values, than anything meaningful here. It scans before parsing: the parsed object
 * would take many times the length, and code that walks through it may recurse.
 */
export function assertShape(json: Uint8Array): void {
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_LIST || byte === OPEN_MAP) {
      if (++depth > MAX_DEPTH)
        throw new DomainError('invalid', `Expected JSON with at most ${MAX_DEPTH} nested levels`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_MAP) depth--;
    else if (byte === COMMA && ++values > MAX_VALUES) {
      throw new DomainError('too-large', `Expected JSON with at most ${MAX_VALUES} values`);
    }
  }
}
