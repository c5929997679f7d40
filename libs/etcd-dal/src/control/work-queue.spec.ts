import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { WorkQueue } from './work-queue.js';

let queue: WorkQueue<string>;
afterEach(() => queue.stop());

/** A queue whose calls the test completes, or fails, one by one. */
function gated(retryMs = 5) {
  const calls: { key: string; end: () => void; fail: (error: Error) => void }[] = [];
  const failures: [string, unknown][] = [];
  const running = new Set<string>();
  let twice = false;
  queue = new WorkQueue(
    async (key) => {
      twice ||= running.has(key);
      running.add(key);
      await new Promise<void>((end, fail) => calls.push({ key, end, fail })).finally(() => running.delete(key));
    },
    { retryMs, onError: (key, error) => failures.push([key, error]) },
  );
  const keys = (): string[] => calls.map(({ key }) => key);
  return { calls, failures, keys, twice: () => twice };
}

test('any number of adds during a call lead to one further call, never two of a key at once', async () => {
  const { calls, keys, twice } = gated();
  for (let n = 0; n < 10; n++) queue.add('a');
  expect(keys()).toEqual(['a']);
  calls[0]?.end();
  await waitFor(() => calls.length === 2);
  calls[1]?.end();
  await queue.done();
  expect(keys()).toEqual(['a', 'a']);
  expect(twice()).toBe(false);
});

test('keys do not wait for one another', () => {
  const { keys } = gated();
  queue.add('a');
  queue.add('b');
  expect(keys()).toEqual(['a', 'b']);
});

test('uses the earliest of several times, and a call replaces it', async () => {
  const { calls, keys } = gated();
  queue.add('a', 60_000);
  queue.add('a', 20);
  queue.add('a', 90_000);
  expect(keys()).toEqual([]);
  await waitFor(() => calls.length === 1);
  calls[0]?.end();
  queue.add('b', 10);
  queue.add('b');
  calls[1]?.end();
  await queue.done();
  await sleep(50);
  expect(keys()).toEqual(['a', 'b']);
});

test('a time that is too long for a timer does not come at once', async () => {
  const { keys } = gated();
  queue.add('a', 2 ** 40);
  await sleep(20);
  expect(keys()).toEqual([]);
});

test('a time that comes during a call waits for its end', async () => {
  const { calls, keys, twice } = gated();
  queue.add('a');
  queue.add('a', 5);
  await sleep(30);
  expect(keys()).toEqual(['a']);
  calls[0]?.end();
  await waitFor(() => calls.length === 2);
  expect(twice()).toBe(false);
});

test('reports and repeats a call that rejects', async () => {
  const { calls, failures } = gated();
  queue.add('a');
  const error = new Error('no');
  calls[0]?.fail(error);
  await waitFor(() => calls.length === 2);
  expect(failures).toEqual([['a', error]]);
});

test('survives a handler that throws, and a listener that throws', async () => {
  let calls = 0;
  const broken = (): never => {
    throw new Error('no');
  };
  queue = new WorkQueue(() => (++calls < 3 ? broken() : undefined), { retryMs: 1, onError: broken });
  queue.add('a');
  await waitFor(() => calls === 3);
});

test('does not handle a forgotten key, unless it is added again', async () => {
  const { calls, keys } = gated();
  queue.add('a');
  queue.add('a');
  queue.add('b', 5);
  queue.forget('a');
  queue.forget('b');
  calls[0]?.end();
  await queue.done();
  await sleep(30);
  expect(keys()).toEqual(['a']);
  queue.add('b');
  expect(keys()).toEqual(['a', 'b']);
});

test('handles nothing after a stop, and says when the present calls have ended', async () => {
  const { calls, keys } = gated();
  queue.add('a');
  queue.add('a');
  queue.add('b', 5);
  queue.stop();
  queue.add('c');
  calls[0]?.end();
  await queue.done();
  await sleep(30);
  expect(keys()).toEqual(['a']);
});
