import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isPlainObject, messageOf } from '@9volt/contracts';
import { assertShape } from '../common/json-shape.js';
import type { SentBody } from '../common/request-bodies.js';

const gunzipped = promisify(gunzip);
const MAX_UNPACKED = 1_048_576;

export interface CallFields {
  fields: Record<string, unknown>;
  odd: string[];
}

/**
 * The content of the body of a call: JSON, a form, or text, which is the message. Many clients declare another type than they send.
 */
export async function fieldsOf({ type, bytes: sent, encoding, cut }: SentBody): Promise<CallFields> {
  const odd = cut ? [`the body was cut to ${sent.length} bytes`] : [];
  const bytes = await unpacked(sent, encoding.trim().toLowerCase());
  if (typeof bytes === 'string') return { fields: {}, odd: [...odd, `ignored the body: ${bytes}`] };
  const text = textOf(bytes, type).trim();
  if (text === '') return { fields: {}, odd };
  const media = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (text.startsWith('{')) {
    const json = jsonOf(text);
    if (json) return { fields: json, odd };
  }
  if (media.endsWith('json')) return { fields: {}, odd: [...odd, 'ignored the body: it is not a JSON object'] };
  if (media === 'multipart/form-data') return multipartFields(type, bytes, odd);
  if (media === 'application/x-www-form-urlencoded' && /^[\w.-]+=/.test(text)) {
    return { fields: Object.fromEntries(new URLSearchParams(text)), odd };
  }
  if (media !== '' && !/^text\/|urlencoded$/.test(media))
    return { fields: {}, odd: [...odd, `ignored the body: its type is ${media.slice(0, 40)}`] };
  return { fields: { message: text }, odd };
}

/** The bytes, or why they cannot be read. */
async function unpacked(bytes: Buffer, encoding: string): Promise<Buffer | string> {
  if (encoding === '' || encoding === 'identity') return bytes;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return `its encoding is ${encoding.slice(0, 40)}`;
  return gunzipped(bytes, { maxOutputLength: MAX_UNPACKED }).catch((error: unknown) => messageOf(error).slice(0, 80));
}

/** By its mark, or else by the charset of its type: Windows writes both UTF-8 and UTF-16 with a mark. */
function textOf(bytes: Buffer, type: string): string {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  const charset = marked ?? /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    assertShape(Buffer.from(text));
    const json: unknown = JSON.parse(text);
    return isPlainObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

async function multipartFields(type: string, bytes: Buffer, odd: string[]): Promise<CallFields> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
    return { fields: Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')), odd };
  } catch (error) {
    return { fields: {}, odd: [...odd, `ignored the form: ${messageOf(error).slice(0, 80)}`] };
  }
}
