import { describe, expect, it } from '@jest/globals';
import { Stop } from './stop-signal.js';

describe.each([
  ['Stop', () => new Stop()],
  ['AbortController', () => new AbortController()],
])('%s', (_name, made) => {
  it('calls each listener once, in their order, and is aborted by then', () => {
    const stop = made();
    const heard: unknown[] = [];
    for (const n of [1, 2])
      stop.signal.addEventListener('abort', () => heard.push(n, stop.signal.aborted), { once: true });
    expect(stop.signal.aborted).toBe(false);
    stop.abort();
    stop.abort();
    expect(heard).toEqual([1, true, 2, true]);
  });

  it('calls no listener that was removed, or comes later', () => {
    const stop = made();
    const heard: string[] = [];
    const gone = (): void => void heard.push('gone');
    stop.signal.addEventListener('abort', gone, { once: true });
    stop.signal.removeEventListener('abort', gone);
    stop.abort();
    stop.signal.addEventListener('abort', () => void heard.push('late'), { once: true });
    expect(heard).toEqual([]);
  });
});
