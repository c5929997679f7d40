import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Prints a table, and writes the same as JSON where a file is given. */
export async function report(rows, file, facts = {}) {
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)]))),
  );
  if (!file) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...facts, node: process.version, results: rows }, undefined, 2)}\n`);
}

export function rounded(value) {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}

/** The value below which a share of the others lies. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
