import { notTheProtocol } from './transport.js';

/**
 * A message of a server: a byte for its type, then its length including itself (PostgreSQL: Frontend/Backend Protocol, Message
 * Formats).
 */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;

const ERROR_RESPONSE = 'E'.charCodeAt(0);
const NOTICE_RESPONSE = 'N'.charCodeAt(0);

/**
 * Follows the messages of a server, and throws for an incomplete one. The client's parser looks for the end of a list of fields (of
 * an error or a notice) anywhere: without one it would never return, and the whole process would hang.
 */
export function postgresInspection(): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  /** Bytes that the present message still lacks. */
  let missing = 0;
  /** The present message, if it has fields. */
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

/** A field is a byte for its type and a text that ends with a zero; a zero instead of a type ends the list. */
function hasWholeFields(body: Buffer): boolean {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end === -1) return false;
    at = end + 1;
  }
  return at < body.length;
}
