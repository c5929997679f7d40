import { visibleLines } from './visible.js';

/** An error of the person at the keyboard, or of what they asked for: its message is all that is shown. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = 'CliError';
  }
}

/** Data, on stdout. What a terminal would obey is escaped. */
export function say(line: string): void {
  process.stdout.write(`${visibleLines(line)}\n`);
}

/** A document that is for programs too: as it is, unless a person looks at it. */
export function sayDocument(text: string): void {
  process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text);
}

/** Messages, on stderr, escaped alike. */
export function warn(line: string): void {
  process.stderr.write(`${visibleLines(line)}\n`);
}
