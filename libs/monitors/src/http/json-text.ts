import { type JsonPath, valueAt } from './json-path.js';

/** A document of JSON, and how its numbers are written: parsing them loses digits, and how they were meant to look. */
export interface JsonText {
  value: unknown;
  /** The number at a path, as it is written. */
  asWritten(path: JsonPath): string | undefined;
}

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Undefined when it is no JSON. */
export function parsedJson(text: string): JsonText | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    let written: unknown;
    return {
      value,
      asWritten: (path) => {
        // Once it is known to be JSON, a number within quotes is the same document with the number kept as text.
        written ??= JSON.parse(
          text.replace(STRINGS_AND_NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`)),
        );
        const number = valueAt(written, path);
        return typeof number === 'string' ? number : undefined;
      },
    };
  } catch {
    return undefined;
  }
}
