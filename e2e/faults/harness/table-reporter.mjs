// Prints the figures of the scenarios of a run, as one table.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// By process: several runs may go on side by side.
const FILE = join(import.meta.dirname, `../../../tmp/faults/table-${process.pid}.jsonl`);
const HEADS = ['scenario', 'failover', 'lost', 'repeated', 'double', 'longest gap', ''];

export default class TableReporter {
  onRunStart() {
    rmSync(FILE, { force: true });
  }

  onRunComplete() {
    if (!existsSync(FILE)) return;
    const rows = readFileSync(FILE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => cells(JSON.parse(line)));
    rmSync(FILE);
    const widths = HEADS.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column].length)));
    const line = (row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 6 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd();
    console.log(`\n${[HEADS, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n')}\n`);
    console.log('Gaps are over the interval. Repeated and double: also those that the fault excuses.');
  }
}

function cells({ scenario, failoverMs, lost, repeated, doubles, longestGapMs, note }) {
  return [
    scenario,
    failoverMs === undefined ? '' : seconds(failoverMs),
    String(lost),
    String(repeated),
    String(doubles),
    longestGapMs === undefined ? '' : seconds(longestGapMs),
    note ?? '',
  ];
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}
