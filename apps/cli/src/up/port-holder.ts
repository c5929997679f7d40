import { readdir, readFile, readlink } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { listenFault } from '@9volt/platform';

/** Whether nobody listens on a port now. Rejects if this process may not listen there at all. */
function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(listenFault(error, { host, port }) ?? error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** A free port that the system chooses. */
export function anyPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(listenFault(error, { host, port: 0 }) ?? error));
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * The first free port from `wanted` on, and the processes on those before it, if this system shows them: Linux's /proc shows the
 * processes of the same user, and all of them to root.
 */
export async function freePort(
  wanted: number,
  host?: string,
): Promise<{ port: number; busy: { port: number; holder: string }[] }> {
  const busy: { port: number; holder: string }[] = [];
  for (let port = wanted; port < wanted + 100 && port <= 65_535; port++) {
    if (await isFree(port, host)) return { port, busy };
    busy.push({ port, holder: await holderOf(port) });
  }
  throw new Error(`no free port from ${wanted} to ${wanted + 99}`);
}

async function holderOf(port: number): Promise<string> {
  const inodes = await listeningInodes(port);
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return `${name.trim() || 'a process'} (pid ${pid})`;
    }
  }
  return 'another process';
}

const LISTEN = '0A';

async function listeningInodes(port: number): Promise<Set<string>> {
  const inodes = new Set<string>();
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTEN && fields[9] !== undefined) inodes.add(fields[9]);
    }
  }
  return inodes;
}
