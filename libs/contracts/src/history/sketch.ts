/**
 * Latencies in logarithmic buckets, each 10 % wider than the one before it (a DDSketch): whatever its value, a quantile is within
 * {@link SKETCH_ERROR} of a latency that was measured, and sketches of several periods add up without a further error.
 *
 * A sketch is a flat list of bucket, count, bucket, count …, ascending by bucket.
 */
export type Sketch = readonly number[];

const GAMMA = 1.1;
const LN_GAMMA = Math.log(GAMMA);
/** All that is faster is in bucket 0. */
const SMALLEST_MS = 0.01;
/** A bucket takes one byte; the last one begins after four days. */
const LAST_BUCKET = 255;

/** Relative, for latencies above 0.01 ms. */
export const SKETCH_ERROR = (GAMMA - 1) / (GAMMA + 1);

export function bucketOf(ms: number): number {
  if (!(ms > SMALLEST_MS)) return 0;
  return Math.min(LAST_BUCKET, Math.ceil(Math.log(ms / SMALLEST_MS) / LN_GAMMA));
}

/** The latency that stands for all in a bucket. */
export function msOfBucket(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS : (SMALLEST_MS * GAMMA ** bucket * 2) / (GAMMA + 1);
}

export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    let count = 0;
    if (left <= right) count += a[i + 1] as number;
    if (right <= left) count += b[j + 1] as number;
    merged.push(Math.min(left, right), count);
    if (left <= right) i += 2;
    if (right <= left) j += 2;
  }
  return merged;
}

/** The bucket of the latency below which a share `q` of all are; undefined without any. */
export function bucketAt(sketch: Sketch, q: number): number | undefined {
  let total = 0;
  for (let i = 1; i < sketch.length; i += 2) total += sketch[i] as number;
  if (total === 0) return undefined;
  let left = Math.max(1, Math.ceil(q * total));
  for (let i = 0; i < sketch.length; i += 2) {
    left -= sketch[i + 1] as number;
    if (left <= 0) return sketch[i];
  }
  return undefined;
}

/** The latency below which a share `q` of all are; undefined without any. */
export function quantile(sketch: Sketch, q: number): number | undefined {
  const bucket = bucketAt(sketch, q);
  return bucket === undefined ? undefined : msOfBucket(bucket);
}
