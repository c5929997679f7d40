import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { hideVariable, NODE_SETTINGS } from '../config/node-settings.js';
import type { NodeConfig } from '../config/node-config.js';
import { matchesVariable } from './secret-reader.js';

/** Of `/proc/self/stat`, counted behind the name of the program: where the arguments and the environment of this process begin and end. */
const [ARG_START, ARG_END, ENV_START, ENV_END] = [45, 46, 47, 48];

/**
 * Takes secrets out of the memory that `/proc/<pid>/environ` and `/proc/<pid>/cmdline` show: the programs that a configuration may run are of the same
 * user as this process, and could read them there. `delete process.env.X` alone leaves them. The secrets stay known to `readEnvironment`.
 *
 * Answers why it could not be done; undefined when it was, and where there is no such memory to be read.
 */
export function hideSecrets(config: Pick<NodeConfig, 'secretSources' | 'accessTokens' | 'etcd'>): string | undefined {
  const own = new Set(NODE_SETTINGS.filter(({ secret }) => secret).map(({ env }) => env));
  const isSecret = (name: string): boolean =>
    own.has(name) || config.secretSources.some((source) => matchesVariable(source, name));
  const names = Object.keys(process.env).filter(isSecret);
  const { username, password } = config.etcd;
  const written = [...config.accessTokens, ...(username === undefined ? [] : [`${username}:${password ?? ''}`])];
  for (const name of names) hideVariable(name);
  try {
    overwrite(ENV_START, ENV_END, (memory) => blankVariables(memory, new Set(names)));
    overwrite(ARG_START, ARG_END, (memory) => blankTexts(memory, written));
    return undefined;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    // No system with /proc.
    return code === 'ENOENT' && process.platform !== 'linux' ? undefined : code;
  }
}

/** Writes back a range of the memory of this process as `change` leaves it. */
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

/** Pure, on a block such as `A=1\0B=2\0`: what stands behind the names becomes zeros. */
export function blankVariables(block: Buffer, names: ReadonlySet<string>): void {
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(0, at) < 0 ? block.length : block.indexOf(0, at);
    const equals = block.indexOf('=', at);
    if (equals > at && equals < end && names.has(block.toString('utf8', at, equals))) block.fill(0, equals + 1, end);
    at = end + 1;
  }
}

/** Pure: every occurrence of the texts becomes stars. */
export function blankTexts(block: Buffer, texts: readonly string[]): void {
  for (const text of texts) {
    const length = Buffer.byteLength(text);
    for (let at = block.indexOf(text); at >= 0; at = block.indexOf(text, at + length)) block.fill('*', at, at + length);
  }
}
