import { readFileSync } from 'node:fs';

/** Resident memory of a process. */
export function residentBytes(pid: number): number {
  const [, kb = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) * 1_024;
}
