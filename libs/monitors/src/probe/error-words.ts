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

/** Resources that this process can run out of: files, sockets, ports, memory, processes. */
const SHORTAGES: ReadonlySet<string> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/**
 * The fields of system errors. Recognised by their fields, not by their class: an error of node's own core is not an instance of
 * the `Error` of another realm, in which tests run.
 */
interface SystemError {
  message?: string;
  code?: string;
  address?: string;
  port?: number;
  /** The errors of an AggregateError, thrown when a name had several addresses and none could be reached. */
  errors?: unknown[];
}

/** An error of the system or of TLS in readable words: `connection refused (ECONNREFUSED 127.0.0.1:80)`. */
export function inWords(error: unknown): string {
  const { message, code, address, port, errors } = fieldsOf(error);
  if (errors) return [...new Set(errors.map(inWords))].join('; ');
  const words = code === undefined ? undefined : ownOf(WORDS, code);
  if (words === undefined || isByNode(message)) return tlsWords(message || String(error)).trim();
  return address === undefined ? `${words} (${code})` : `${words} (${code} ${place(address, port)})`;
}

/** The code of the resource that this process lacks, if an error says so; undefined if the error is about the target. */
export function shortageOf(error: unknown): string | undefined {
  const { code, errors } = fieldsOf(error);
  if (!errors) return code !== undefined && SHORTAGES.has(code) ? code : undefined;
  const [first, ...others] = errors.map(shortageOf);
  return others.includes(undefined) ? undefined : first;
}

/** Whether an error says nothing about the target: this process lacks a resource, or may not connect there. */
export function isOurs(error: unknown): boolean {
  const { errors } = fieldsOf(error);
  if (errors) return errors.length > 0 && errors.every(isOurs);
  return isTargetRefusal(error) || shortageOf(error) !== undefined;
}

/** For a closed connection, which is not a system error, node uses the code of a reset one. */
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
