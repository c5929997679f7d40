import { capped, type CheckResult, NO_MESSAGE, type Phases, type Sample, STATUSES } from '@9volt/contracts';

const PHASES = ['lookup', 'connect', 'tls', 'firstByte', 'transfer'] as const satisfies readonly (keyof Phases)[];
const FIRST_ROOM = 256;
const MAX_MESSAGE = 200;
/** In place of a row. */
export const NO_ROW = -1;

type Remarks = Pick<Sample, 'message' | 'note' | 'unjudged' | 'performance'>;

/**
 * Samples as rows of some typed arrays. A sample outlives the young part of the heap, and an object for each would have V8 collect the
 * old part, which costs much more, several times as often.
 */
export class SampleRows {
  private startedAt = new Float64Array(FIRST_ROOM);
  private latencyMs = new Float64Array(FIRST_ROOM);
  private status = new Uint8Array(FIRST_ROOM);
  /** NaN where there is none. */
  private phases = new Float64Array(FIRST_ROOM * PHASES.length);
  /** Of a row in use the one before it of the same monitor; of a free one the next free one. */
  private before = new Int32Array(FIRST_ROOM);
  /** By row; few samples have any. */
  private readonly remarks = new Map<number, Remarks>();
  private length = 0;
  private free = NO_ROW;

  /** Answers the new row. */
  add(result: CheckResult | Sample, startedAt: number, before: number): number {
    const row = this.take();
    this.startedAt[row] = startedAt;
    this.latencyMs[row] = result.latencyMs;
    this.status[row] = STATUSES.indexOf(result.status);
    this.before[row] = before;
    const { phases } = result;
    for (let n = 0; n < PHASES.length; n++) {
      this.phases[row * PHASES.length + n] = phases?.[PHASES[n] as keyof Phases] ?? Number.NaN;
    }
    const remarks = remarksOf(result);
    if (remarks) this.remarks.set(row, remarks);
    return row;
  }

  beforeOf(row: number): number {
    return this.before[row] as number;
  }

  /** A newer sample has come: values that only matter in the latest one, and differ with every check, go. */
  age(row: number): void {
    const remarks = this.remarks.get(row);
    if (!remarks) return;
    delete remarks.performance;
    if (STATUSES[this.status[row] as number] === 'ok') delete remarks.message;
    if (Object.keys(remarks).length === 0) this.remarks.delete(row);
  }

  read(row: number): Sample {
    const status = STATUSES[this.status[row] as number] ?? 'unknown';
    const at = this.startedAt[row] as number;
    const sample: Sample = { at, latencyMs: this.latencyMs[row] as number, status, ...this.remarks.get(row) };
    for (let n = 0; n < PHASES.length; n++) {
      const ms = this.phases[row * PHASES.length + n] as number;
      if (!Number.isNaN(ms)) (sample.phases ??= {})[PHASES[n] as keyof Phases] = ms;
    }
    return sample;
  }

  /** Frees a row and those before it. */
  drop(row: number): void {
    for (let next = row; next !== NO_ROW;) {
      const dropped = next;
      next = this.beforeOf(dropped);
      this.remarks.delete(dropped);
      this.before[dropped] = this.free;
      this.free = dropped;
    }
  }

  /** Frees the rows before this one. */
  dropBefore(row: number): void {
    this.drop(this.beforeOf(row));
    this.before[row] = NO_ROW;
  }

  private take(): number {
    const row = this.free;
    if (row !== NO_ROW) {
      this.free = this.beforeOf(row);
      return row;
    }
    if (this.length === this.status.length) this.grow();
    return this.length++;
  }

  private grow(): void {
    const room = 2 * this.length;
    this.startedAt = larger(this.startedAt, new Float64Array(room));
    this.latencyMs = larger(this.latencyMs, new Float64Array(room));
    this.status = larger(this.status, new Uint8Array(room));
    this.phases = larger(this.phases, new Float64Array(room * PHASES.length));
    this.before = larger(this.before, new Int32Array(room));
  }
}

function larger<T extends Float64Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function remarksOf({ message, note, unjudged, performance }: CheckResult | Sample): Remarks | undefined {
  const remarks: Remarks = {};
  if (message !== undefined && message !== NO_MESSAGE) remarks.message = capped(message, MAX_MESSAGE);
  if (note !== undefined) remarks.note = capped(note, MAX_MESSAGE);
  if (unjudged) remarks.unjudged = unjudged;
  if (performance?.length) remarks.performance = performance;
  return Object.keys(remarks).length === 0 ? undefined : remarks;
}
