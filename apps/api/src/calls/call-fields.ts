import { isPlainObject, messageOf } from '@9volt/contracts';
import { assertShape } from '../common/json-shape.js';
import type { SentBody } from '../common/request-bodies.js';

export interface CallFields {
  fields: Record<string, unknown>;
  odd: string[];
}

/**
 * The content of the body of a call: JSON, a form, or text, which is the message. Many clients declare another type than they send.
 */
export async function fieldsOf({ type, bytes, cut }: SentBody): Promise<CallFields> {
  const odd = cut ? [`the body was cut to ${bytes.length} bytes`] : [];
  const text = bytes.toString('utf8').trim();
  if (text === '') return { fields: {}, odd };
  const media = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (text.startsWith('{')) {
    const json = jsonOf(bytes);
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

function jsonOf(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    assertShape(bytes);
    const json: unknown = JSON.parse(bytes.toString('utf8'));
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
