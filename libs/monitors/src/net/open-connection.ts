import type { Socket } from 'node:net';
import type { Scope } from '@9volt/process';
import type { ProbeRun } from '../probe/probe-run.js';
import { startTls, type TlsOptions } from './start-tls.js';

export interface Destination {
  /** A name, or an IP address without brackets. */
  host: string;
  port: number;
  tls: TlsOptions | undefined;
}

/** Opens a connection, destroys it when the scope ends, and records how long each phase took. */
export async function openConnection(to: Destination, run: ProbeRun, scope: Scope): Promise<Socket> {
  run.stage = `looking up ${to.host}`;
  const lookupSince = performance.now();
  const addresses = await run.targets.resolve(to, scope);
  run.spent('lookup', lookupSince);

  run.stage = 'connecting';
  const connectSince = performance.now();
  const socket = await run.targets.connect(to, addresses, scope);
  run.spent('connect', connectSince);
  return to.tls ? startTls(socket, to.host, to.tls, run, scope) : socket;
}
