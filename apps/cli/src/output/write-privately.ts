import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';

/** A file that only this process has just made: it never writes to an existing file or a link. */
const NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;

/**
 * Writes a file that nobody else can read, completely or not at all. It replaces an existing file together with its mode; of a
 * link, it replaces the link and not the target.
 */
export async function writePrivately(file: string, text: string): Promise<void> {
  const there = await lstat(file).catch(() => undefined);
  if (there && !there.isFile() && !there.isSymbolicLink()) {
    throw new Error(`${file} is not a regular file; use - to write to standard output`);
  }
  const partial = `${file}.${randomUUID()}.partial`;
  const handle = await open(partial, NEW, 0o600);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await unlink(partial).catch(() => undefined);
    throw error;
  }
}
