import { existsSync } from 'node:fs';
import { CLOCK_STEP_MS } from '../history/history.js';

const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const LIBRARY = `/usr/lib/${TRIPLET}/faketime/libfaketimeMT.so.1`;

/** Whether the wall clock of a process can be set. */
export const canFakeClocks = existsSync(LIBRARY);

/** Environment variables that fake the wall clock of a process, and leave its monotonic clock alone. */
export function fakeClock(settings: Record<string, string>): Record<string, string> {
  return { LD_PRELOAD: LIBRARY, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...settings };
}

/** The wall clock ahead of ours, or behind it, by a whole step. */
export function clockOff(direction: 1 | -1): Record<string, string> {
  const seconds = (direction * CLOCK_STEP_MS) / 1_000;
  return fakeClock({ FAKETIME: seconds > 0 ? `+${seconds}` : String(seconds) });
}
