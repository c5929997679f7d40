import { setFlagsFromString } from 'node:v8';

/**
 * Tunes V8 for a process that makes and forgets thousands of small objects a second; docs/performance.md has the figures. These options
 * cannot be set by `NODE_OPTIONS`. Both only steer when V8 collects what.
 */
export function tuneHeap(): void {
  // A moment in which all checks wait would make V8 put their objects among the old ones, once and for all.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // Otherwise the heap of a process with 40 MB in use grows to twice as much before V8 collects what is old.
  setFlagsFromString('--heap-growing-percent=20');
}
