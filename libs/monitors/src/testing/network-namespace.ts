import { execFileSync } from 'node:child_process';

export interface NetworkNamespace {
  /** A prefix for a command that runs it there. */
  prefix: readonly [string, ...string[]];
  close(): void;
}

/**
 * A network of its own: loopback, the addresses 198.51.100.1 and 2001:db8::1, whose neighbours never answer, and no route to
 * anything else. Undefined if this process may not make one.
 */
export function makeNetworkNamespace(): NetworkNamespace | undefined {
  const name = `9volt-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  const close = (): void => ip('netns', 'del', name);
  try {
    ip('netns', 'add', name);
  } catch {
    return undefined;
  }
  try {
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'addr', 'add', '198.51.100.1/32', 'dev', 'lo');
    ip('-n', name, 'addr', 'add', '2001:db8::1/128', 'dev', 'lo', 'nodad');
    // What loops back to nobody is dropped.
    ip('-n', name, 'route', 'add', '198.51.100.0/24', 'dev', 'lo');
    ip('-n', name, '-6', 'route', 'add', '2001:db8::/64', 'dev', 'lo');
    return { prefix: ['ip', 'netns', 'exec', name], close };
  } catch {
    close();
    return undefined;
  }
}
