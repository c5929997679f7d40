import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIR = fileURLToPath(new URL('../../../tmp/faults/', import.meta.url));

/** One line of the table that a run of all scenarios ends with. */
export interface Row {
  scenario: string;
  /** From the fault until its work is done by others. */
  failoverMs?: number;
  lost: number;
  repeated: number;
  doubles: number;
  /** The longest time between two checks of one monitor, over its interval. */
  longestGapMs: number;
  note?: string;
}

/** Adds a line to the table of this run, which `table-reporter.mjs`, in the same process, prints in the end. */
export function report(row: Row): void {
  mkdirSync(DIR, { recursive: true });
  appendFileSync(join(DIR, `table-${process.pid}.jsonl`), `${JSON.stringify(row)}\n`);
}

/** Keeps what a scenario saw for whoever wants to know why it failed. Answers where. */
export function dump(scenario: string, what: object): string {
  mkdirSync(DIR, { recursive: true });
  const file = join(DIR, `${scenario.replace(/[^a-z0-9]+/gi, '-')}-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(what, undefined, 1));
  return file;
}
