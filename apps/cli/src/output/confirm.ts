import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CliError, warn } from './say.js';

/**
 * Tells what a command would do to others, and asks whether to go on; throws if not. Without a terminal nobody can answer: a script
 * has decided, and its log says what came of it.
 */
export async function confirm(consequence: string): Promise<void> {
  warn(consequence);
  if (!process.stdin.isTTY || !process.stderr.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close it without a line.
  const ended = once(lines, 'close').then(() => ['']);
  lines.setPrompt('Go on? [y/N] ');
  lines.prompt();
  const [answer] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was changed');
}
