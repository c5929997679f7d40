import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIR = fileURLToPath(new URL('../../../tmp/faults/', import.meta.url));

/** One line of the table at the end of a run of all scenarios. */
export interface Row {
  scenario: string;
  /** From the fault until others do its work. */
  failoverMs?: number;
  lost: number;
  repeated: number;
  doubles: number;
  /** The longest time between two checks of one monitor, minus its interval. */
  longestGapMs?: number;
  note?: string;
}

/** Adds a line to the table of this run, which `table-reporter.mjs`, in the same process, prints at the end. */
export function report(row: Row): void {
  mkdirSync(DIR, { recursive: true });
  appendFileSync(join(DIR, `table-${process.pid}.jsonl`), `${JSON.stringify(row)}\n`);
}

/** Keeps the history of a scenario for finding out why it failed. Answers the path. */
export function dump(scenario: string, what: object): string {
  mkdirSync(DIR, { recursive: true });
  const file = join(DIR, `${scenario.replace(/[^a-z0-9]+/gi, '-')}-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(what, undefined, 1));
  return file;
}
