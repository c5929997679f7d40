import { notTheProtocol } from './transport.js';

/** A message of a server: a byte for its type, then its length, which counts itself (PostgreSQL: Frontend/Backend Protocol, Message Formats). */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;

const ERROR_RESPONSE = 'E'.charCodeAt(0);
const NOTICE_RESPONSE = 'N'.charCodeAt(0);

/**
 * Follows the messages in what a server sends, and throws on one that is not whole. The client's parser looks for the end of a
 * list of fields (of an error or a notice) wherever it may be: where there is none it would never return, and with it the
 * whole process would stand still.
 */
export function postgresInspection(): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  /** Bytes that the message under way still lacks. */
  let missing = 0;
  /** The message under way, if it is one of fields. */
  let fields: Buffer[] | undefined;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (header.length < HEADER_BYTES) {
        const more = chunk.subarray(at, at + HEADER_BYTES - header.length);
        header = Buffer.concat([header, more]);
        at += more.length;
        if (header.length < HEADER_BYTES) return;
        const length = header.readUInt32BE(1);
        if (length < LENGTH_BYTES) throw notTheProtocol('a message shorter than its own length');
        missing = length - LENGTH_BYTES;
        fields = header[0] === ERROR_RESPONSE || header[0] === NOTICE_RESPONSE ? [] : undefined;
      }
      const part = chunk.subarray(at, at + missing);
      fields?.push(part);
      at += part.length;
      missing -= part.length;
      if (missing > 0) return;
      if (fields && !hasWholeFields(Buffer.concat(fields))) {
        throw notTheProtocol('an error without an end');
      }
      header = Buffer.alloc(0);
    }
  };
}

/** Fields are a byte for the type and a text that ends with a zero; a zero in the place of a type ends them. */
function hasWholeFields(body: Buffer): boolean {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end === -1) return false;
    at = end + 1;
  }
  return at < body.length;
}
