import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@9volt/contracts';
import { ConfigError } from '@9volt/platform/config';

/** Makes the directory of `--data-dir`, if it does not exist. Throws a {@link ConfigError} if this process cannot write to it. */
export async function writableDirectory(path: string): Promise<void> {
  try {
    await make(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ConfigError([`--data-dir: cannot write to ${path}: ${messageOf(error)}`]);
  }
}

/** One level after the other: `recursive` never ends if the system denies that a parent exists (/proc). */
async function make(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      // A file that is not a directory fails here.
      await access(`${path}/.`);
      return;
    }
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await exists(parent))) throw error;
    await make(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
