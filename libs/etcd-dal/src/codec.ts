/** Values are JSON in UTF-8. A record keeps the attributes that a newer version added: what is rewritten is spread over what was read. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** Parses a record that only 9volt itself writes. Answers undefined for what is not a JSON object. */
export function decode<T extends object>(value: Buffer): T | undefined {
  try {
    const parsed: unknown = JSON.parse(value.toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as T) : undefined;
  } catch {
    return undefined;
  }
}
