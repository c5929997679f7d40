import { readFileSync } from 'node:fs';

/** As the kernel numbers them. */
const STATES = { '01': 'established', '02': 'connecting' } as const;

/** How many sockets between an address and a port of loopback are in a state: `of` is whose sockets are counted. */
export function tcpSockets(
  of: 'client' | 'server',
  client: string,
  port: number,
): Record<(typeof STATES)[keyof typeof STATES], number> {
  const address = client
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'));
  const [own, other] = of === 'client' ? ['local', 'remote'] : ['remote', 'local'];
  const counted = { established: 0, connecting: 0 };
  for (const line of readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)) {
    const [, local = '', remote = '', code = ''] = line.trim().split(/\s+/);
    const ends: Record<string, string> = { local, remote };
    const isOurs =
      ends[own as string]?.startsWith(address.join('').toUpperCase()) &&
      ends[other as string]?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`);
    const state = STATES[code as keyof typeof STATES];
    if (isOurs && state) counted[state]++;
  }
  return counted;
}
