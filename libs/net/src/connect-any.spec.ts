import { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Address, connectAny, interleaved, NEXT_ATTEMPT_MS } from './connect-any.js';

const v4 = (last: number): Address => ({ address: `192.0.2.${last}`, family: 4 });
const v6 = (last: number): Address => ({ address: `2001:db8::${last}`, family: 6 });
const error = (code: string): Error => Object.assign(new Error(code), { code });

class Attempt extends EventEmitter {
  destroyed = false;
  constructor(readonly address: string) {
    super();
  }
  destroy(): void {
    this.destroyed = true;
  }
}

/** Connection attempts that stay open until the test answers them. */
function start(addresses: readonly Address[]) {
  const attempts: Attempt[] = [];
  const releases: (() => void)[] = [];
  const outcome: { value?: unknown; error?: unknown } = {};
  const connected = connectAny(addresses, 80, { onEnd: (release) => void releases.push(release) }, ({ address }) => {
    const attempt = new Attempt(address);
    attempts.push(attempt);
    return attempt as unknown as Socket;
  });
  connected.then(
    (value) => (outcome.value = value),
    (failure: unknown) => (outcome.error = failure),
  );
  const begun = (): string[] => attempts.map(({ address }) => address);
  const at = (index: number): Attempt => attempts[index] as Attempt;
  return {
    attempts,
    begun,
    at,
    outcome,
    end: () => releases.forEach((release) => release()),
    settled: Promise.resolve(),
  };
}

describe('connectAny', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const settle = () => jest.advanceTimersByTimeAsync(0);

  it('does not abort a slow attempt because the next one failed', async () => {
    const { begun, at, outcome } = start([v4(1), v6(1)]);
    await jest.advanceTimersByTimeAsync(NEXT_ATTEMPT_MS);
    expect(begun()).toEqual(['192.0.2.1', '2001:db8::1']);
    at(1).emit('error', error('ENETUNREACH'));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(at(0).destroyed).toBe(false);
    at(0).emit('connect');
    await settle();
    expect(outcome.value).toBe(at(0));
  });

  it('tries the next address after a quarter of a second, and at once after a failure', async () => {
    const { begun, at } = start([v4(1), v4(2), v4(3)]);
    expect(begun()).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(NEXT_ATTEMPT_MS - 1);
    expect(begun()).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(begun()).toHaveLength(2);
    at(0).emit('error', error('ECONNREFUSED'));
    expect(begun()).toHaveLength(3);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(begun()).toHaveLength(3);
  });

  it('takes whichever connects first, and gives up the others', async () => {
    const { at, outcome } = start([v6(1), v4(1), v6(2)]);
    await jest.advanceTimersByTimeAsync(2 * NEXT_ATTEMPT_MS);
    at(1).emit('connect');
    at(0).emit('connect');
    await settle();
    expect(outcome.value).toBe(at(1));
    expect([at(0).destroyed, at(1).destroyed, at(2).destroyed]).toEqual([true, false, true]);
  });

  it('rejects when all have failed, with every error in the order of the addresses', async () => {
    const { at, outcome } = start([v4(1), v6(1)]);
    await jest.advanceTimersByTimeAsync(NEXT_ATTEMPT_MS);
    at(1).emit('error', error('ENETUNREACH'));
    await settle();
    expect(outcome.error).toBeUndefined();
    at(0).emit('error', error('ETIMEDOUT'));
    await settle();
    expect(outcome.error).toMatchObject({
      code: 'ETIMEDOUT',
      errors: [{ code: 'ETIMEDOUT' }, { code: 'ENETUNREACH' }],
    });
  });

  it('rejects with the error itself when there was one address', async () => {
    const { at, outcome } = start([v4(1)]);
    at(0).emit('error', error('ECONNREFUSED'));
    await settle();
    expect(outcome.error).toEqual(error('ECONNREFUSED'));
  });

  it('ends when its ending does: leaves nothing open, and begins nothing more', async () => {
    const { begun, at, outcome, end } = start([v4(1), v4(2), v4(3)]);
    await jest.advanceTimersByTimeAsync(NEXT_ATTEMPT_MS);
    end();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(begun()).toHaveLength(2);
    expect([at(0).destroyed, at(1).destroyed]).toEqual([true, true]);
    expect(outcome.error).toBeDefined();
    // A late answer ends nothing.
    at(0).emit('error', error('ECONNRESET'));
  });

  it('destroys the connection too when the ending comes later', async () => {
    const { at, end } = start([v4(1)]);
    at(0).emit('connect');
    await settle();
    end();
    expect(at(0).destroyed).toBe(true);
  });

  it('continues when an attempt cannot even begin', async () => {
    const connected = connectAny([v4(1), v4(2)], 80, { onEnd: () => undefined }, ({ address }) => {
      if (address === '192.0.2.1') throw error('EINVAL');
      const attempt = new Attempt(address);
      void Promise.resolve().then(() => attempt.emit('connect'));
      return attempt as unknown as Socket;
    });
    expect(((await connected) as unknown as Attempt).address).toBe('192.0.2.2');
  });
});

describe('connectAny, over loopback', () => {
  it('reaches the address at which somebody listens', async () => {
    const server = createServer((socket) => void socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const releases: (() => void)[] = [];
    const ending = { onEnd: (release: () => void) => void releases.push(release) };
    const addresses: Address[] = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const socket = await connectAny(addresses, port, ending);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    for (const release of releases) release();
    expect(socket.destroyed).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

it('families take turns', () => {
  expect(interleaved([v4(1), v4(2), v4(3), v6(1)])).toEqual([v4(1), v6(1), v4(2), v4(3)]);
  expect(interleaved([v6(1), v6(2), v4(1)])).toEqual([v6(1), v4(1), v6(2)]);
  expect(interleaved([v4(1)])).toEqual([v4(1)]);
});
