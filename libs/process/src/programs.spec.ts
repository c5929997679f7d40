import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Programs } from './programs.js';

const never = new AbortController().signal;

/** A program that ends on demand. */
function held(): { act: () => Promise<void>; end: () => void; started: () => boolean } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let started = false;
  return { act: () => ((started = true), ended), end, started: () => started };
}

describe('Programs', () => {
  it('runs a limited number at once, the others in turn', async () => {
    const programs = new Programs('any', 2);
    const all = [held(), held(), held(), held()];
    const runs = all.map(({ act }) => programs.inTurn(60_000, never, act));
    await sleep(5);
    expect(all.map(({ started }) => started())).toEqual([true, true, false, false]);
    all[1]?.end();
    await runs[1];
    await sleep(5);
    expect(all.map(({ started }) => started())).toEqual([true, true, true, false]);
    for (const { end } of all) end();
    await Promise.all(runs);
  });

  it('releases the place of a program that failed, or gave up waiting', async () => {
    const programs = new Programs('any', 1);
    await expect(programs.inTurn(10, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const first = held();
    const running = programs.inTurn(10, never, first.act);
    const stop = new AbortController();
    const aborted = programs.inTurn(60_000, stop.signal, () => Promise.resolve());
    const late = programs.inTurn(10, never, () => Promise.resolve());
    await expect(late).rejects.toMatchObject({ reason: 'timeout' });
    stop.abort();
    await expect(aborted).rejects.toMatchObject({ reason: 'aborted' });
    first.end();
    await running;
    expect(await programs.inTurn(10, never, () => Promise.resolve('ran'))).toBe('ran');
  });

  it('passes on a place that it got in the moment of giving up', async () => {
    const programs = new Programs('any', 1);
    const first = held();
    const running = programs.inTurn(10, never, first.act);
    const stop = new AbortController();
    const second = programs.inTurn(60_000, stop.signal, () => Promise.resolve());
    stop.abort();
    first.end();
    await Promise.allSettled([running, second]);
    expect(await programs.inTurn(10, never, () => Promise.resolve('ran'))).toBe('ran');
  });

  it('gives places in the order in which they were asked for, however long that takes, and beside those in turn', async () => {
    const programs = new Programs('any', 1);
    const got: number[] = [];
    const first = await programs.place(never);
    const stop = new AbortController();
    const waiting = [1, 2, 3].map((n) =>
      programs.place(n === 2 ? stop.signal : never).then((leave) => {
        if (n !== 2) got.push(n);
        return leave;
      }),
    );
    const inTurn = programs.inTurn(60_000, never, () => Promise.resolve(got.push(4)));
    stop.abort();
    const [second, gaveUp, third] = waiting;
    (await gaveUp)?.();
    expect(got).toEqual([]);
    first();
    (await second)?.();
    (await third)?.();
    await inTurn;
    expect(got).toEqual([1, 3, 4]);
    expect(await programs.withPlace.inTurn(10, never, () => Promise.resolve('ran'))).toBe('ran');
  });

  it.each([
    ['any', '/bin/true', undefined],
    [['/bin/true', '/opt/check'], '/opt/check', undefined],
    [['/bin/true'], '/bin/../bin/true', '--exec-allow of this worker does not list it'],
    [['/bin/true'], 'true', '--exec-allow of this worker does not list it'],
    [[], '/bin/true', 'this worker runs no programs; --exec-allow /bin/true would permit it'],
  ])('permitting %j: %s', (rules, command, refusal) => {
    expect(new Programs(rules as 'any', 1).refusal(command)).toBe(refusal);
  });
});
