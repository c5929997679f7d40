import {
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

/** Shorter tenures show no regular times. */
const LEAST_BEATS = 4;

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
      // Both sides of a partition continue to check; so does a suspended process, until it knows what it missed.
      const excused = history.faults.some(
        (fault) => fault.kind !== 'graceful' && fault.kind !== 'crash' && mayShowAt(fault, at, promises),
      );
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
  return probes.flatMap(({ at, by }, index) => {
    const previous = probes[index - 1];
    return previous && previous.by !== by && at - previous.at < intervalMs / 2 - 50
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

/** A new owner keeps the slots. A late check now and then is no other rhythm, so the median of a tenure counts. */
function rhythmFaults(
  probes: readonly Probe[],
  { name, intervalMs }: WatchedMonitor,
  { beatMs }: Promises,
): Violation[] {
  const beats = tenures(probes)
    // The first check of a tenure may make up for a missed slot.
    .map((tenure) => tenure.slice(1))
    .filter((tenure) => tenure.length >= LEAST_BEATS)
    .map((tenure) => ({ by: tenure[0]?.by ?? '', at: phaseOf(tenure, intervalMs) }));
  const [first, ...later] = beats;
  if (!first) return [];
  return later.flatMap(({ by, at }) => {
    const apart = Math.abs(at - first.at) % intervalMs;
    const offMs = Math.min(apart, intervalMs - apart);
    const message = `${by} probes ${Math.round(offMs)} ms beside the beat of ${first.by}`;
    return offMs > beatMs ? [{ kind: 'cadence' as const, monitor: name, message }] : [];
  });
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

/** The median of the phases, turned so that they do not lie on both sides of zero. */
function phaseOf(probes: readonly Probe[], intervalMs: number): number {
  const origin = probes[0]?.at ?? 0;
  const turned = probes
    .map(({ at }) => ((at - origin + intervalMs / 2) % intervalMs) - intervalMs / 2)
    .sort((a, b) => a - b);
  return origin + (turned[Math.floor(turned.length / 2)] as number);
}
