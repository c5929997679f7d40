import { type JsonPath, valueAt } from './json-path.js';

/** A JSON document with the written form of its numbers: parsing loses digits and the form. */
export interface JsonText {
  value: unknown;
  /** The number at a path, as it is written. */
  asWritten(path: JsonPath): string | undefined;
}

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Undefined if it is not JSON. */
export function parsedJson(text: string): JsonText | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    let written: unknown;
    return {
      value,
      asWritten: (path) => {
        // Once the text is known to be JSON, quoting its numbers gives the same document with the numbers as texts.
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
