import { ownOf } from '@9volt/contracts/by-name';
import { ConfigError } from '../config/setting-reader.js';

/** The system's error code, and what it means to the person who chose the address. */
const REASONS: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: () => 'another process uses this port; stop it, or choose another port',
  EADDRNOTAVAIL: () => 'this machine does not have this address; choose one of its own, or 0.0.0.0 for all',
  EACCES: (_host, port) => `this user may not listen on port ${port}; choose a port from 1024`,
  ENOTFOUND: (host) => `cannot resolve the host name ${host}; check its spelling and the resolver`,
  EAI_AGAIN: (host) => `cannot resolve the host name ${host}; check its spelling and the resolver`,
};

/** Why a process cannot listen on its address, as a fault of that setting; undefined for another error. */
export function listenFault(
  error: unknown,
  { host, port }: { host: string; port: number },
  option = '--listen',
): ConfigError | undefined {
  const reason = ownOf(REASONS, (error as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (!reason) return undefined;
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new ConfigError([`${option}: cannot listen on ${address}: ${reason(host, port)}`]);
}
