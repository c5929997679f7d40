import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { hideVariable } from '../config/environment.js';
import { NODE_SETTINGS } from '../config/node-settings.js';
import type { NodeConfig } from '../config/node-config.js';
import { matchesVariable } from './secret-reader.js';

/**
 * Fields of `/proc/self/stat`, counted after the program's name: where the arguments and the environment of this process begin and
 * end.
 */
const [ARG_START, ARG_END, ENV_START, ENV_END] = [45, 46, 47, 48];

/**
 * Removes secrets from the memory that `/proc/<pid>/environ` and `/proc/<pid>/cmdline` show: programs that a configuration runs
 * have the same
 * user as this process, and could read them there. `delete process.env.X` alone leaves them. `readEnvironment` still knows the
 * secrets.
 *
 * Answers why it failed; undefined if it succeeded, or there is no such memory.
 */
export function hideSecrets(
  config: Pick<NodeConfig, 'secretSources' | 'accessTokens' | 'etcd' | 'remoteWrite' | 'archive'>,
): string | undefined {
  const own = new Set(NODE_SETTINGS.filter(({ secret }) => secret).map(({ env }) => env));
  const isSecret = (name: string): boolean =>
    own.has(name) || config.secretSources.some((source) => matchesVariable(source, name));
  const names = Object.keys(process.env).filter(isSecret);
  const { username, password } = config.etcd;
  const headers = Object.values(config.remoteWrite?.headers ?? {}).map((value) => value.replace(/^Bearer /, ''));
  const written = [
    ...config.accessTokens,
    ...headers,
    ...(config.archive ? [config.archive.written] : []),
    ...(username === undefined ? [] : [`${username}:${password ?? ''}`]),
  ];
  for (const name of names) hideVariable(name);
  try {
    overwrite(ENV_START, ENV_END, (memory) => blankVariables(memory, new Set(names)));
    overwrite(ARG_START, ARG_END, (memory) => blankTexts(memory, written));
    return undefined;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    // A system without /proc.
    return code === 'ENOENT' && process.platform !== 'linux' ? undefined : code;
  }
}

/** Rewrites a range of the memory of this process with `change`. */
function overwrite(startField: number, endField: number, change: (memory: Buffer) => void): void {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [start, end] = [Number(fields[startField]), Number(fields[endField])];
  const memory = Buffer.alloc(end - start);
  const file = openSync('/proc/self/mem', 'r+');
  try {
    readSync(file, memory, { position: start });
    const before = Buffer.from(memory);
    change(memory);
    if (!memory.equals(before)) writeSync(file, memory, 0, memory.length, start);
  } finally {
    closeSync(file);
  }
}

/** Pure, on a block such as `A=1\0B=2\0`: replaces the values of the names by zeros. */
export function blankVariables(block: Buffer, names: ReadonlySet<string>): void {
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(0, at) < 0 ? block.length : block.indexOf(0, at);
    const equals = block.indexOf('=', at);
    if (equals > at && equals < end && names.has(block.toString('utf8', at, equals))) block.fill(0, equals + 1, end);
    at = end + 1;
  }
}

/** Pure: replaces every occurrence of the texts by stars. */
export function blankTexts(block: Buffer, texts: readonly string[]): void {
  for (const text of texts) {
    const length = Buffer.byteLength(text);
    for (let at = block.indexOf(text); at >= 0; at = block.indexOf(text, at + length)) block.fill('*', at, at + length);
  }
}
