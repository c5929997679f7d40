// `npm run bench:all`: each bench twice, one after the other, on a machine that does nothing else. Writes what they measured to bench/figures, the first
// runs with `-first` in their names; then draws the pictures, and prints the tables in Markdown. `--only checks,scale` runs some of them.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rounded } from './parts/report.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    // For `bench:checks`, as there.
    peer: { type: 'string', multiple: true, default: [] },
  },
});
const FIGURES = join(import.meta.dirname, 'figures');
const LIMIT_MS = 360_000;
const peers = values.peer.flatMap((peer) => ['--peer', peer]);
/** By the name of its figures: the bench, and what makes it short enough for two runs of all within forty minutes. */
const BENCHES = {
  checks: ['checks', '--types', 'http,tcp,dns,exec', '--seconds', '6', ...peers],
  latency: ['latency'],
  cluster: ['cluster', '--monitors', '1000'],
  overload: ['overload', '--monitors', '600', '--seconds', '15', '--share', '0.25'],
  api: ['api', '--states', '10000', '--requests', '200'],
  'scale-few': ['scale', '--monitors', '10000', '--seconds', '30'],
  'scale-many': ['scale', '--monitors', '100000', '--seconds', '30'],
};
const names = values.only?.split(',') ?? Object.keys(BENCHES);
let tables = '';
for (const run of ['-first', '']) {
  for (const name of names) {
    const file = join(FIGURES, `${name}${run}.json`);
    const took = await measure(BENCHES[name], file);
    console.log(`${name}${run}: ${took}`);
    if (!took.endsWith(' s')) continue;
    const { results } = JSON.parse(await readFile(file, 'utf8'));
    tables += `## ${name}${run}\n\n${tableOf(results)}\n`;
  }
}
await import('./plot.mjs');
console.log(tables);

/** Answers how long it took, or how it failed; the others run all the same. */
function measure([bench, ...args], file) {
  const startedAt = performance.now();
  const command = [join(import.meta.dirname, `${bench}.mjs`), ...args, '--json', file];
  const child = spawn(process.execPath, command, { stdio: 'inherit', timeout: LIMIT_MS });
  return new Promise((resolve) =>
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? `${Math.round((performance.now() - startedAt) / 1_000)} s` : `failed, ${signal ?? code}`),
    ),
  );
}

function tableOf(rows) {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const cells = rows.map((row) => columns.map((name) => rounded(row[name]) ?? ''));
  return [columns, columns.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |\n`).join('');
}
