import { type CheckResult, type Phases, STATUSES } from '@9volt/contracts';

/** One result, as it waits to be sent. */
export interface MeasuredResult {
  monitor: string;
  type: string;
  /** Start of the check, milliseconds since the epoch. */
  at: number;
  /** Index into {@link STATUSES}. */
  status: number;
  latencyMs: number;
  phases: Phases | undefined;
}

export interface Series {
  /** Sorted by name, as the protocol demands. */
  labels: readonly (readonly [name: string, value: string])[];
  samples: { at: number; value: number }[];
}

const OK = STATUSES.indexOf('ok');
const UNKNOWN = STATUSES.indexOf('unknown');
const PHASES = [
  ['lookup', 'lookup'],
  ['connect', 'connect'],
  ['tls', 'tls'],
  ['firstByte', 'first_byte'],
  ['transfer', 'transfer'],
] as const;

export function measured(
  monitor: string,
  type: string,
  { status, latencyMs, phases }: Pick<CheckResult, 'status' | 'latencyMs' | 'phases'>,
  at: number,
): MeasuredResult {
  return { monitor, type, at, status: STATUSES.indexOf(status), latencyMs, phases };
}

/** The series of some results, each with its samples in the order of time. Names and labels are those of `/metrics`. */
export function seriesOf(results: readonly MeasuredResult[]): Series[] {
  const all = new Map<string, Series>();
  for (const { monitor, type, at, status, latencyMs, phases } of [...results].sort((a, b) => a.at - b.at)) {
    const add = (name: string, value: number, phase?: string): void => {
      const key = JSON.stringify([name, monitor, phase, type]);
      let series = all.get(key);
      if (!series) {
        const labels: [string, string][] = [
          ['__name__', name],
          ['monitor', monitor],
          ...(phase === undefined ? [] : [['phase', phase] as [string, string]]),
          ['type', type],
        ];
        all.set(key, (series = { labels, samples: [] }));
      }
      // A receiver refuses two values of one time.
      if (series.samples.at(-1)?.at !== at) series.samples.push({ at, value });
    };
    add('ninevolt_monitor_status', status);
    // What could not be judged is neither up nor down.
    if (status !== UNKNOWN) add('ninevolt_monitor_up', status === OK || STATUSES[status] === 'warning' ? 1 : 0);
    add('ninevolt_monitor_check_duration_seconds', latencyMs / 1_000);
    for (const [phase, name] of PHASES) {
      const ms = phases?.[phase];
      if (ms !== undefined) add('ninevolt_monitor_phase_seconds', ms / 1_000, name);
    }
  }
  return [...all.values()];
}
