import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writableDirectory } from '../compose/writable-directory.js';

/** The memory of `9volt up` from one start to the next, so that ports stay the same. */
export interface Remembered {
  apiPort?: number;
  etcdClientPort?: number;
  /** Process id of the etcd that it started, to find it again if `up` itself was killed. */
  etcdPid?: number;
}

/** The directory of `9volt up`: etcd's data and its own memory. */
export class DataDirectory {
  constructor(readonly path: string) {}

  get etcd(): string {
    return join(this.path, 'etcd');
  }

  get etcdLog(): string {
    return join(this.path, 'etcd.log');
  }

  async create(): Promise<void> {
    await writableDirectory(this.path);
  }

  async recall(): Promise<Remembered> {
    try {
      const parsed: unknown = JSON.parse(await readFile(join(this.path, 'up.json'), 'utf8'));
      return typeof parsed === 'object' && parsed !== null ? parsed : {};
    } catch {
      return {};
    }
  }

  async remember(change: Remembered): Promise<void> {
    await writeFile(
      join(this.path, 'up.json'),
      `${JSON.stringify({ ...(await this.recall()), ...change }, null, 2)}\n`,
    );
  }
}
