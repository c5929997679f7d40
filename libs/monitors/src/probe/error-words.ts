import { isTargetRefusal, ownOf } from '@9volt/contracts';
import { tlsWords } from '@9volt/net';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOTDIR: 'not a directory',
  ENOTFOUND: 'no such host',
  EPIPE: 'broken pipe',
  ETIMEDOUT: 'connection timed out',
};

/** What this process can run out of: files, sockets, ports, memory, processes. */
const SHORTAGES: ReadonlySet<string> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/**
 * What system errors carry. They are told by their fields, not by their class: an error of node's own core is no instance of
 * the `Error` of another realm, which tests run in.
 */
interface SystemError {
  message?: string;
  code?: string;
  address?: string;
  port?: number;
  /** Those of an AggregateError, thrown when a name had several addresses and none could be reached. */
  errors?: unknown[];
}

/** An error of the system or of TLS in words a person reads: `connection refused (ECONNREFUSED 127.0.0.1:80)`. */
export function inWords(error: unknown): string {
  const { message, code, address, port, errors } = fieldsOf(error);
  if (errors) return [...new Set(errors.map(inWords))].join('; ');
  const words = code === undefined ? undefined : ownOf(WORDS, code);
  if (words === undefined || isByNode(message)) return tlsWords(message || String(error)).trim();
  return address === undefined ? `${words} (${code})` : `${words} (${code} ${place(address, port)})`;
}

/** The code of what this process ran out of, when an error says so; undefined when it is about the target. */
export function shortageOf(error: unknown): string | undefined {
  const { code, errors } = fieldsOf(error);
  if (!errors) return code !== undefined && SHORTAGES.has(code) ? code : undefined;
  const [first, ...others] = errors.map(shortageOf);
  return others.includes(undefined) ? undefined : first;
}

/** Whether an error tells nothing of the target: this process ran out of something, or may not connect there. */
export function isOurs(error: unknown): boolean {
  const { errors } = fieldsOf(error);
  if (errors) return errors.length > 0 && errors.every(isOurs);
  return isTargetRefusal(error) || shortageOf(error) !== undefined;
}

/** Node gives a connection that was closed, which is no error of the system, the code of one that was reset. */
function isByNode(message: string | undefined): boolean {
  return /^(?:Client network socket disconnected|write EPROTO)/.test(message ?? '');
}

function fieldsOf(error: unknown): SystemError {
  return typeof error === 'object' && error !== null ? error : {};
}

function place(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
