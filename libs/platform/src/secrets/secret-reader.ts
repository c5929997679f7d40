import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { type SecretReference, ownOf } from '@9volt/contracts';
import type { NodeConfig } from '../config/node-config.js';
import { type Environment, readEnvironment } from '../config/environment.js';
import { DEFAULT_SECRET_SOURCES } from '../config/node-settings.js';

/** A secret is a line or a certificate. */
const MAX_BYTES = 65_536;
/** Variables of 9volt itself, including credentials of etcd and tokens of the API. */
const OURS = /^NINEV_(?!SECRET_(?!SOURCES$))/;
/** Not real files: the kernel shows processes there, including their variables. */
const KERNEL = /^\/(?:proc|sys|dev)\//;

/**
 * Reads the secrets that configurations refer to, each time anew, so that a rotated one counts at once. It reads only its permitted
 * sources, and never the secrets of 9volt itself, in variables or in files.
 */
export class SecretReader {
  constructor(
    private readonly sources: readonly string[] = DEFAULT_SECRET_SOURCES,
    private readonly env: Environment = readEnvironment(),
    private readonly ownFiles: readonly string[] = [],
  ) {}

  static of({ secretSources, ownSecretFiles }: Pick<NodeConfig, 'secretSources' | 'ownSecretFiles'>): SecretReader {
    return new SecretReader(secretSources, readEnvironment(), ownSecretFiles);
  }

  /** Rejects with the reason, in words without secrets. */
  readonly read = ({ kind, name }: SecretReference): Promise<string> =>
    kind === 'env' ? this.variable(name) : this.file(name);

  /** Whether a configuration may refer to it here, whether it exists or not. */
  async permits({ kind, name }: SecretReference): Promise<boolean> {
    return kind === 'env' ? this.mayUse(name) : this.mayRead(await realpath(name).catch(() => name));
  }

  private mayUse(name: string): boolean {
    return !OURS.test(name) && this.sources.some((source) => matchesVariable(source, name));
  }

  private async variable(name: string): Promise<string> {
    if (!this.mayUse(name)) throw new Error('--secret-sources does not permit the variable');
    const value = ownOf(this.env, name);
    if (value === undefined || value === '') throw new Error('the variable is not set');
    return value;
  }

  private async file(path: string): Promise<string> {
    // Of the real file: a link must not lead out of a permitted directory.
    const real = await realpath(path).catch(inWords);
    if (!(await this.mayRead(real))) throw new Error('--secret-sources does not permit the file');
    // Does not wait for a writer, as a pipe would.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK).catch(inWords);
    try {
      return await contentOf(file);
    } finally {
      await file.close();
    }
  }

  private async mayRead(real: string): Promise<boolean> {
    if (KERNEL.test(real)) return false;
    for (const own of this.ownFiles) if (real === (await realpath(own).catch(() => undefined))) return false;
    for (const source of this.sources) {
      if (!source.startsWith('file:')) continue;
      const allowed = await realpath(source.slice('file:'.length)).catch(() => undefined);
      if (allowed !== undefined && (real === allowed || real.startsWith(`${allowed.replace(/\/$/, '')}/`))) return true;
    }
    return false;
  }
}

/** Whether a source such as `env:PREFIX*` permits a variable. */
export function matchesVariable(source: string, name: string): boolean {
  if (!source.startsWith('env:')) return false;
  const allowed = source.slice('env:'.length);
  return allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed;
}

/** Without the line break at its end, which editors and `echo` leave. */
async function contentOf(file: FileHandle): Promise<string> {
  if (!(await file.stat()).isFile()) throw new Error('it is not a file');
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_BYTES + 1), position: 0 });
  if (bytesRead > MAX_BYTES) throw new Error(`the file has more than ${MAX_BYTES / 1_024} KiB`);
  const text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
  if (text === '') throw new Error('the file is empty');
  return text;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  ENOTDIR: 'the file does not exist',
  EACCES: 'this process has no permission to read the file',
};

function inWords(cause: NodeJS.ErrnoException): never {
  throw new Error(ownOf(WORDS, cause.code ?? '') ?? `the file cannot be read (${cause.code ?? 'unknown error'})`, {
    cause,
  });
}
