import { describe, expect, it } from '@jest/globals';
import { keepsChanging, untilAccepted } from './until-accepted.js';

function refusedTimes(refusals: number): { write: () => Promise<number | 'refused'>; calls: () => number } {
  let calls = 0;
  return {
    write: () => Promise.resolve(++calls <= refusals ? 'refused' : calls),
    calls: () => calls,
  };
}

describe('a change that another writer may forestall', () => {
  const busy = () => keepsChanging("'web'");

  it.each([0, 1, 4])('is repeated after %d refusals', async (refusals) => {
    await expect(untilAccepted(refusedTimes(refusals).write, busy)).resolves.toBe(refusals + 1);
  });

  it.each([
    [undefined, 5],
    [3, 3],
  ])('gives up (%p attempts permitted)', async (permitted, made) => {
    const { write, calls } = refusedTimes(Number.POSITIVE_INFINITY);
    await expect(untilAccepted(write, busy, permitted)).rejects.toMatchObject({
      code: 'conflict',
      message: "Somebody else keeps changing 'web'; try again",
    });
    expect(calls()).toBe(made);
  });

  it('may answer nothing', async () => {
    await expect(untilAccepted(() => Promise.resolve(undefined), busy)).resolves.toBeUndefined();
  });

  it('is not repeated after a failure', async () => {
    let calls = 0;
    const failing = (): Promise<never> => {
      calls++;
      return Promise.reject(new Error('etcd is away'));
    };
    await expect(untilAccepted(failing, busy)).rejects.toThrow('etcd is away');
    expect(calls).toBe(1);
  });
});
