import { visibleLines } from './visible.js';

/** An error of the person at the keyboard, or of the request: only its message is shown. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = 'CliError';
  }
}

/** Data, on stdout. Terminal controls are escaped. */
export function say(line: string): void {
  process.stdout.write(`${visibleLines(line)}\n`);
}

/** A document that is also for programs: unchanged, unless a person looks at it. */
export function sayDocument(text: string): void {
  process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text);
}

/** Messages, on stderr, escaped in the same way. */
export function warn(line: string): void {
  process.stderr.write(`${visibleLines(line)}\n`);
}
