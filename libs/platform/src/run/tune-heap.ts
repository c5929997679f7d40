import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { guarded } from '@9volt/contracts';

/** By how much the heap may grow before V8 collects what is old, in percent of what is in use. */
const GROWTH = 20;
/** A heap with more in use is that of a large cluster: collections of all of it cost more there than the memory that they save. */
const LARGE_BYTES = 150e6;
const GROWTH_OF_LARGE = 60;
const LOOK_EVERY_MS = 1_000;

/**
 * Tunes V8 for a process that makes and forgets thousands of small objects a second; docs/performance.md has the figures. These options
 * cannot be set by `NODE_OPTIONS`. Both only steer when V8 collects what.
 */
export function tuneHeap(): void {
  // A moment in which all checks wait would make V8 put their objects among the old ones, once and for all.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // Otherwise the heap of a process with 40 MB in use grows to twice as much before V8 collects what is old.
  let growth = GROWTH;
  const set = (): void => setFlagsFromString(`--heap-growing-percent=${growth}`);
  set();
  const adapt = guarded('the growth of the heap', () => {
    const wanted = getHeapStatistics().used_heap_size > LARGE_BYTES ? GROWTH_OF_LARGE : GROWTH;
    if (wanted === growth) return;
    growth = wanted;
    set();
  });
  setInterval(adapt, LOOK_EVERY_MS).unref();
}
