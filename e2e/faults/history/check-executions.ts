import {
  type FaultKind,
  groupedBy,
  type History,
  mayShowAt,
  type Probe,
  type Promises,
  type Violation,
  type WatchedMonitor,
} from './history.js';

export interface ExecutionFigures {
  probes: number;
  /** Checks of one monitor by two processes within half an interval, including those that a fault excuses. */
  doubles: number;
  /** The longest time between two checks of one monitor, minus its interval. */
  longestGapMs: number;
}

/** Both sides of a partition continue to check; so does a suspended process, until it knows what it missed. */
const SEPARATING: ReadonlySet<FaultKind> = new Set(['pause', 'outage', 'partition']);
/** Shorter tenures show no regular times. */
const LEAST_BEATS = 4;
/** Nor do tenures whose checks come at another moment each time: a worker that was held up checks late, and again at once. */
const LEAST_ALIKE = 3;
const BIN_MS = 50;

/** Judges when and by which process targets were checked. Pure. */
export function checkExecutions(
  history: History,
  promises: Promises,
): { violations: Violation[]; figures: ExecutionFigures } {
  const violations: Violation[] = [];
  const figures = { probes: history.probes.length, doubles: 0, longestGapMs: 0 };
  const probesOf = groupedBy(history.probes, ({ monitor }) => monitor);
  for (const monitor of history.monitors) {
    const probes = [...(probesOf.get(monitor.name) ?? [])].sort((a, b) => a.at - b.at);
    const doubles = doublesOf(probes, monitor);
    figures.doubles += doubles.length;
    for (const { at, by, before } of doubles) {
      const excused = history.faults.some((fault) => SEPARATING.has(fault.kind) && mayShowAt(fault, at, promises));
      if (excused) continue;
      const message = `${before} and ${by} probed within half an interval`;
      violations.push({ kind: 'double', monitor: monitor.name, message });
    }
    for (const gap of gapsOf(probes, monitor, history.endedAt)) {
      figures.longestGapMs = Math.max(figures.longestGapMs, gap.overMs);
      const inFault = history.faults.some(
        (fault) => fault.from <= gap.to && gap.from <= fault.to + promises.recoveryMs,
      );
      const most = inFault ? promises.gapInFaultMs + monitor.intervalMs : promises.gapSlackMs;
      if (gap.overMs <= most) continue;
      violations.push({
        kind: 'gap',
        monitor: monitor.name,
        message: `not probed for ${Math.round(gap.to - gap.from)} ms, ${Math.round(gap.overMs - most)} ms too long`,
      });
    }
    violations.push(...rhythmFaults(probes, monitor, promises));
  }
  return { violations, figures };
}

function doublesOf(
  probes: readonly Probe[],
  { intervalMs }: WatchedMonitor,
): { at: number; by: string; before: string }[] {
  // A check that starts half an interval after the last one may arrive sooner after it: that one was on its way for longer.
  const toleranceMs = Math.max(50, intervalMs / 20);
  return probes.flatMap(({ at, by }, index) => {
    const previous = probes[index - 1];
    return previous && previous.by !== by && at - previous.at < intervalMs / 2 - toleranceMs
      ? [{ at, by, before: previous.by }]
      : [];
  });
}

function gapsOf(
  probes: readonly Probe[],
  { intervalMs, from, to }: WatchedMonitor,
  endedAt: number,
): { from: number; to: number; overMs: number }[] {
  const until = to ?? endedAt;
  const times = [from, ...probes.map(({ at }) => at).filter((at) => at < until), until];
  return times.slice(1).map((at, index) => {
    const before = times[index] as number;
    return { from: before, to: at, overMs: at - before - intervalMs };
  });
}

/** A new owner keeps the slots. Checks that are late or repeated are no other rhythm, so the best quarter of a tenure counts. */
function rhythmFaults(
  probes: readonly Probe[],
  { name, intervalMs }: WatchedMonitor,
  { beatMs }: Promises,
): Violation[] {
  // The first check of a tenure may make up for a missed slot.
  const beats = tenures(probes)
    .map((tenure) => tenure.slice(1))
    .filter((tenure) => tenure.length >= LEAST_BEATS)
    .map((tenure) => ({ tenure, ...beatOf(tenure, intervalMs) }))
    .sort((one, other) => other.count - one.count);
  const [clearest, ...others] = beats;
  if (!clearest) return [];
  return others.flatMap(({ tenure, count }) => {
    if (count < LEAST_ALIKE) return [];
    const off = tenure.map(({ at }) => apartOf(at, clearest.beat, intervalMs)).sort((a, b) => a - b);
    const offMs = off[Math.floor(off.length / 4)] as number;
    const message = `${tenure[0]?.by} probes ${Math.round(offMs)} ms beside the beat of ${clearest.tenure[0]?.by}`;
    return offMs > beatMs ? [{ kind: 'cadence' as const, monitor: name, message }] : [];
  });
}

/** How far a moment is from the nearest beat. */
function apartOf(at: number, beat: number, intervalMs: number): number {
  const apart = Math.abs(at - beat) % intervalMs;
  return Math.min(apart, intervalMs - apart);
}

function tenures(probes: readonly Probe[]): Probe[][] {
  const found: Probe[][] = [];
  for (const probe of probes) {
    const tenure = found.at(-1);
    if (tenure?.[0]?.by === probe.by) tenure.push(probe);
    else found.push([probe]);
  }
  return found;
}

/** The moment of the interval at which most checks came, and how many. */
function beatOf(probes: readonly Probe[], intervalMs: number): { beat: number; count: number } {
  const counts = new Map<number, number>();
  for (const { at } of probes) {
    const bin = Math.floor((at % intervalMs) / BIN_MS);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const [fullest, count] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [0, 0];
  return { beat: (fullest + 0.5) * BIN_MS, count };
}
