import type { Schemas } from '../../lib/api-client.js';
import type { Sample } from '../../lib/recent-results.js';

type Phase = keyof Schemas['Phases'];

/** In the order of a check. */
const PHASES: readonly { id: Phase; label: string; token: string }[] = [
  { id: 'lookup', label: 'Lookup', token: '--nv-unknown-fill' },
  { id: 'connect', label: 'Connect', token: '--nv-warning-fill' },
  { id: 'tls', label: 'TLS', token: '--nv-quarantined' },
  { id: 'firstByte', label: 'First byte', token: '--nv-first-byte' },
  { id: 'transfer', label: 'Transfer', token: '--nv-ok-fill' },
];

export interface LatencyData {
  /** Seconds since the epoch. */
  times: number[];
  total: number[];
  /** Results other than ok, at their latency; null elsewhere. */
  failed: (number | null)[];
  /** The phases that occur; each with its own time and that of all earlier ones, for stacked areas. */
  phases: { label: string; token: string; own: number[]; stacked: number[] }[];
}

export function latencyData(results: readonly Sample[]): LatencyData {
  const stack = results.map(() => 0);
  return {
    times: results.map(({ at }) => Date.parse(at) / 1_000),
    total: results.map(({ latencyMs }) => latencyMs),
    failed: results.map(({ status, latencyMs }) => (status === 'ok' ? null : latencyMs)),
    phases: PHASES.filter(({ id }) => results.some(({ phases }) => phases?.[id] !== undefined)).map(
      ({ id, label, token }) => {
        const own = results.map(({ phases }) => phases?.[id] ?? 0);
        const stacked = own.map((ms, at) => (stack[at] = (stack[at] ?? 0) + ms));
        return { label, token, own, stacked };
      },
    ),
  };
}
