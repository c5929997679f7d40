import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '@9volt/contracts/errors';
import { readEnvironment } from '@9volt/platform/config';
import { writePrivately } from '../output/write-privately.js';
import { CliError } from '../output/say.js';

/** What `9volt login` keeps: the API that was signed in to last, and a token of each. */
export interface KeptLogin {
  api?: string;
  tokens: Map<string, string>;
}

export function loginFile(): string {
  const config = readEnvironment()['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(config, '9volt', 'login.json');
}

export function readLogin(file = loginFile()): KeptLogin {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return { tokens: new Map() };
    throw new CliError(`cannot read the kept access token: ${messageOf(error)}`);
  }
  try {
    const { api, tokens } = JSON.parse(text) as { api?: unknown; tokens?: unknown };
    const kept = Object.entries((tokens ?? {}) as object);
    return {
      ...(typeof api === 'string' ? { api } : {}),
      tokens: new Map(kept.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    };
  } catch {
    throw new CliError(`${file} is damaged; remove it, and run 9volt login again`);
  }
}

/** Nobody else can read it. */
export async function writeLogin({ api, tokens }: KeptLogin, file = loginFile()): Promise<void> {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  await writePrivately(file, `${JSON.stringify({ api, tokens: Object.fromEntries(tokens) }, null, 2)}\n`);
}
