import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isPlainObject, messageOf } from '@9volt/contracts';
import type { DetachedRecord } from './handbacks.js';

/** The notifications of a worker that was alone, from its stop to its next start. */
export interface SpoolFileContent {
  /** Random id of the data in etcd to which it belongs. */
  cluster: string;
  /** ISO 8601. */
  at: string;
  told: DetachedRecord[];
}

const VERSION = 1;

/** A file that is either complete or unchanged: it is written beside, synced, and renamed. */
export class SpoolFile {
  private readonly path: string;

  constructor(
    private readonly dir: string,
    worker: string,
  ) {
    this.path = join(dir, `${worker}.spool.json`);
  }

  /** Undefined if there is none. An unreadable file is moved away, and an error says why. */
  async read(): Promise<SpoolFileContent | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return parsed(text);
    } catch (error) {
      throw new Error(`${await this.putAside()} is no spool that this version can read: ${messageOf(error)}`);
    }
  }

  async write(content: SpoolFileContent): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    const beside = `${this.path}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: VERSION, ...content }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.path);
    await this.syncDirectory();
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await this.syncDirectory();
  }

  /** Keeps it for a person, out of the way. Answers its new path. */
  async putAside(): Promise<string> {
    const aside = `${this.path}.refused`;
    await rename(this.path, aside);
    return aside;
  }

  /** A rename is durable once the directory is synced. */
  private async syncDirectory(): Promise<void> {
    const dir = await open(this.dir, 'r');
    try {
      await dir.sync();
    } finally {
      await dir.close();
    }
  }
}

function parsed(text: string): SpoolFileContent {
  const raw: unknown = JSON.parse(text);
  if (!isPlainObject(raw)) throw new Error('it is no object');
  const { version, cluster, at, told } = raw as { version?: unknown } & Partial<SpoolFileContent>;
  if (version !== VERSION) throw new Error(`its version is ${JSON.stringify(version)}`);
  if (typeof cluster !== 'string' || typeof at !== 'string' || !Array.isArray(told) || !told.every(isRecord)) {
    throw new Error('a part of it is missing');
  }
  return { cluster, at, told };
}

function isRecord(told: Partial<DetachedRecord>): boolean {
  const { monitor, incidents, delivered, settled, stateRevision } = told;
  const lists = [incidents, delivered, settled].every((list) => Array.isArray(list));
  return typeof monitor === 'string' && typeof stateRevision === 'number' && lists;
}
