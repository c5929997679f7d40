import { Socket } from 'node:net';

export type Address = { address: string; family: 4 | 6 };

/** After this time without an answer, try the next address, too (RFC 8305, section 5). */
export const NEXT_ATTEMPT_MS = 250;

/** Ends the attempts: a time limit, or the end of a check. Calls `release` at its end. */
export interface Ending {
  onEnd(release: () => void): void;
}

/** Begins to connect to one address. */
export type Open = (address: Address, port: number) => Socket;

/**
 * Connects to the address of a host that answers first ("happy eyeballs", RFC 8305). A slow attempt continues when the next one
 * begins: only success elsewhere, its own failure, or the ending stops it. Rejects when every address has failed: with the error,
 * or an AggregateError of them in the order of the addresses.
 */
export function connectAny(
  addresses: readonly Address[],
  port: number,
  ending: Ending,
  open: Open = openTcp,
): Promise<Socket> {
  const [only] = addresses;
  if (only && addresses.length === 1) return connectTo(only, port, ending, open);
  const order = interleaved(addresses);
  const errors = new Map<Address, unknown>();
  const trying = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  let next = 0;
  let done = false;
  const stop = (): void => {
    done = true;
    clearTimeout(timer);
    for (const socket of trying) socket.destroy();
    trying.clear();
  };

  return new Promise((resolve, reject) => {
    ending.onEnd(() => {
      stop();
      reject(new Error('ended before a connection was open'));
    });
    const failed = (address: Address, error: unknown): void => {
      errors.set(address, error);
      if (done) return;
      if (next < order.length) return attempt();
      if (trying.size > 0) return;
      stop();
      const all = addresses.map((each) => errors.get(each));
      reject(all.length === 1 ? (all[0] as Error) : aggregateOf(all));
    };
    const attempt = (): void => {
      clearTimeout(timer);
      const address = order[next] as Address;
      next += 1;
      let socket: Socket;
      try {
        socket = open(address, port);
      } catch (error) {
        return failed(address, error);
      }
      trying.add(socket);
      // Keep this listener: an error may come when nobody waits for one any more, and without a listener it would end the process.
      socket.on('error', (error) => {
        if (trying.delete(socket)) failed(address, error);
      });
      socket.once('connect', () => {
        if (!trying.delete(socket)) return;
        stop();
        ending.onEnd(() => void socket.destroy());
        resolve(socket);
      });
      if (next < order.length) timer = setTimeout(attempt, NEXT_ATTEMPT_MS);
    };
    attempt();
  });
}

/** The same for a single address, which most targets have. */
function connectTo(address: Address, port: number, ending: Ending, open: Open): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = open(address, port);
    let isOpen = false;
    // Keep this listener: an error may come when nobody waits for one any more, and without a listener it would end the process.
    socket.on('error', reject);
    socket.on('connect', () => {
      isOpen = true;
      resolve(socket);
    });
    ending.onEnd(() => {
      socket.destroy();
      if (!isOpen) reject(new Error('ended before a connection was open'));
    });
  });
}

/** With a code, like node's own error: the code distinguishes it from a defect. */
function aggregateOf(errors: unknown[]): Error {
  const { code } = errors[0] as { code?: unknown };
  return Object.assign(new AggregateError(errors, 'could not reach any address of the host'), { code });
}

function openTcp({ address }: Address, port: number): Socket {
  // Not `connect(options)`: Node copies the options of a socket in a way for which V8 makes hidden classes anew, for each socket.
  return new Socket().setNoDelay(true).connect({ host: address, port, autoSelectFamily: false });
}

/** Alternates the families, beginning with that of the first address (RFC 8305, section 4). */
export function interleaved(addresses: readonly Address[]): Address[] {
  const ours = addresses.filter(({ family }) => family === addresses[0]?.family);
  const other = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const longest = Math.max(ours.length, other.length);
  return Array.from({ length: longest }, (_, turn) => [ours[turn], other[turn]])
    .flat()
    .filter((address) => address !== undefined);
}
