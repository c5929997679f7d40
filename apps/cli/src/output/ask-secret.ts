import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './say.js';

/** A line that is not shown while it is typed; without a terminal, all of standard input. */
export async function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    const end = new AbortController();
    lines.once('SIGINT', () => end.abort());
    return (await lines.question('', { signal: end.signal })).trim();
  } catch {
    throw new CliError('cancelled', 130);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
