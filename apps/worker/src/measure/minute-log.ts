import {
  bucketOf,
  capped,
  type CheckResult,
  CLASS,
  FIRST_MARK,
  type Mark,
  MARKS,
  NO_MESSAGE,
  type Sample,
  STATUSES,
  type Tally,
} from '@9volt/contracts';
import { type Columns, NO_CHECK, type Rows, tallyOf } from './tally-results.js';

const PHASES = ['lookup', 'connect', 'tls', 'firstByte', 'transfer'] as const;
const FIRST_ROOM = 1_024;
const MAX_MESSAGE = 200;

interface Entry extends Rows {
  rows: number[];
  marks: number[];
}

/**
 * The results of all monitors of a worker in one minute. A result is a row of some typed arrays; only the minute's end makes objects
 * of them.
 */
export class MinuteLog implements Columns {
  private readonly entries = new Map<string, Entry>();
  private startedAt: Float64Array;
  endedAt: Float64Array;
  latencyMs: Float64Array;
  code: Uint8Array;
  status: Uint8Array;
  phases: Int16Array;
  private readonly messages = new Map<number, string>();
  private readonly unjudged = new Set<number>();
  private length = 0;

  /** `n` is the number of the minute since the epoch, `expected` about how many results it will get. */
  constructor(
    readonly n: number,
    expected = 0,
  ) {
    const room = Math.max(FIRST_ROOM, expected);
    this.startedAt = new Float64Array(room);
    this.endedAt = new Float64Array(room);
    this.latencyMs = new Float64Array(room);
    this.code = new Uint8Array(room);
    this.status = new Uint8Array(room);
    this.phases = new Int16Array(room * PHASES.length);
  }

  /** The time of a maintenance window is maintenance, whatever a check found. */
  ran(name: string, holdMs: number, result: CheckResult, startedAt: number, isMaintained: boolean): void {
    const row = this.row(name, holdMs, startedAt, result.latencyMs);
    const status = STATUSES.indexOf(result.status);
    this.status[row] = status;
    this.code[row] = isMaintained ? CLASS.maintenance : status;
    const { phases, message } = result;
    if (phases) {
      for (let phase = 0; phase < PHASES.length; phase++) {
        const ms = phases[PHASES[phase] as (typeof PHASES)[number]];
        if (ms !== undefined) this.phases[row * PHASES.length + phase] = bucketOf(ms);
      }
    }
    if (result.status !== 'ok' && message !== NO_MESSAGE) this.messages.set(row, capped(message, MAX_MESSAGE));
    if (result.unjudged) this.unjudged.add(row);
  }

  /** People did not want a check. */
  rested(name: string, holdMs: number, why: 'maintenance' | 'disabled', at: number): void {
    const row = this.row(name, holdMs, at, 0);
    this.status[row] = NO_CHECK;
    this.code[row] = CLASS[why];
  }

  overran(name: string, count: number): void {
    this.entryOf(name).overruns += count;
  }

  marked(name: string, mark: Mark, at: number): void {
    this.entryOf(name).marks.push(Math.round(at), FIRST_MARK + MARKS.indexOf(mark));
  }

  names(): IterableIterator<string> {
    return this.entries.keys();
  }

  get size(): number {
    return this.length;
  }

  /** Without a judged result a monitor has no tally. */
  tally(name: string): Tally | undefined {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    const rows = this.unjudged.size === 0 ? entry.rows : entry.rows.filter((row) => !this.unjudged.has(row));
    return rows.length === 0 ? undefined : tallyOf(this, { ...entry, rows });
  }

  /** The last results of a monitor, oldest first. */
  samples(name: string, most: number): Sample[] {
    const rows = this.entries.get(name)?.rows ?? [];
    return rows
      .filter((row) => this.status[row] !== NO_CHECK)
      .slice(-most)
      .map((row) => {
        const message = this.messages.get(row);
        return {
          at: this.startedAt[row] as number,
          latencyMs: this.latencyMs[row] as number,
          status: STATUSES[this.status[row] as number] ?? 'unknown',
          ...(message === undefined ? {} : { message }),
          ...(this.unjudged.has(row) ? { unjudged: true as const } : {}),
        };
      });
  }

  private row(name: string, holdMs: number, startedAt: number, latencyMs: number): number {
    const row = this.length++;
    if (row >= this.code.length) this.grow();
    this.startedAt[row] = startedAt;
    this.endedAt[row] = Math.round(startedAt + latencyMs);
    this.latencyMs[row] = latencyMs;
    for (let phase = row * PHASES.length; phase < (row + 1) * PHASES.length; phase++) this.phases[phase] = -1;
    const entry = this.entryOf(name);
    entry.rows.push(row);
    entry.holdMs = holdMs;
    return row;
  }

  private entryOf(name: string): Entry {
    let entry = this.entries.get(name);
    if (!entry) this.entries.set(name, (entry = { rows: [], holdMs: 0, overruns: 0, marks: [] }));
    return entry;
  }

  private grow(): void {
    const larger = <T extends Float64Array | Uint8Array | Int16Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const room = 2 * this.code.length;
    this.startedAt = larger(this.startedAt, new Float64Array(room));
    this.endedAt = larger(this.endedAt, new Float64Array(room));
    this.latencyMs = larger(this.latencyMs, new Float64Array(room));
    this.code = larger(this.code, new Uint8Array(room));
    this.status = larger(this.status, new Uint8Array(room));
    this.phases = larger(this.phases, new Int16Array(room * PHASES.length));
  }
}
