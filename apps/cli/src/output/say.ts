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

/** Data, on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Messages, on stderr. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
