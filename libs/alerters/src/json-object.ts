import { isPlainObject } from '@9volt/contracts';

/** The JSON object in an answer; undefined if there is none. */
export function jsonObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
