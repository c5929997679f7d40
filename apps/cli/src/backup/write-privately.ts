import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';

/** A file that only we have just made: one that is there already, or a link, is not written to. */
const NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;

/**
 * Puts a text under a name that nobody else can read, whole or not at all. What stood there before is replaced, its mode too; of a link, the link and
 * not what it leads to.
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
