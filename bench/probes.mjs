// `npm run bench:probes`: what the probe of a type costs by itself, without a worker around it, beside a client of bare sockets in the same process: blocks
// of both take turns, and the middle one of each counts. Quick, and of use also on a busy machine.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GuardedTargets, monitorTypes, validateMonitor } from '@9volt/monitors';
import { Programs, Stop } from '@9volt/process';
import { says, startPart, stop } from './parts/processes.mjs';
import { bareClient } from './parts/reference-clients.mjs';
import { attributesOf, makeCertificate } from './parts/monitors.mjs';

const { values } = parseArgs({
  options: {
    types: { type: 'string', default: 'http,tcp,dns,tls' },
    blocks: { type: 'string', default: '9' },
    checks: { type: 'string', default: '1000' },
    together: { type: 'string', default: '20' },
    only: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const [blocks, checks, together] = [values.blocks, values.checks, values.together].map(Number);
const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
makeCertificate(scratch);
const rows = [];
for (const type of values.types.split(',')) {
  const target = startPart('target.mjs', [type, scratch]);
  const port = Number((await says(target, /port (\d+)/))[1]);
  const check = checkOf(type, port);
  const bare = bareClient(type, port);
  const seen = { probe: [], bare: [] };
  for (let block = 0; block < blocks; block++) {
    seen.probe.push(await costOf(check));
    if (!values.only) seen.bare.push(await costOf(bare));
  }
  const [probeUs, bareUs] = [middle(seen.probe), middle(seen.bare)];
  rows.push({ type, probeUs, bareUs, ratio: Math.round((probeUs / bareUs) * 100) / 100 });
  await stop(target);
}
console.table(rows);
if (values.json) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
await rm(scratch, { recursive: true, force: true });

function checkOf(type, port) {
  const validated = validateMonitor('bench', { interval: '10s', ...attributesOf(type, port) });
  const programs = new Programs([], 1);
  const targets = new GuardedTargets();
  const check = monitorTypes.get(type).prepare(validated.value);
  return () => check({ name: 'bench', signal: new Stop(), programs, targets });
}

async function costOf(act) {
  const before = process.cpuUsage();
  for (let begun = 0; begun < checks; begun += together) {
    const results = await Promise.all(Array.from({ length: together }, act));
    const bad = results.find((result) => result && result.status !== 'ok');
    if (bad) throw new Error(`a check failed: ${bad.message}`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / checks;
}

function middle(seen) {
  const warm = seen.slice(Math.ceil(seen.length / 3)).sort((a, b) => a - b);
  return Math.round(warm[Math.floor(warm.length / 2)]);
}
