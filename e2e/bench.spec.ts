import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const PROBES = fileURLToPath(new URL('../bench/probes.mjs', import.meta.url));
const QUIET = fileURLToPath(new URL('../bench/quiet.mjs', import.meta.url));

// A few checks only, so that the command never rots; what they cost on a busy machine says nothing.
test('bench:probes tells what a check of each type costs, beside the reference', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-spec-'));
  try {
    const json = join(dir, 'probes.json');
    await promisify(execFile)(process.execPath, [PROBES, '--blocks', '3', '--checks', '20', '--json', json]);
    const rows = JSON.parse(await readFile(json, 'utf8')) as { type: string; probeUs: number; bareUs: number }[];
    expect(rows.map(({ type }) => type)).toEqual(['http', 'tcp', 'dns', 'tls']);
    for (const { probeUs, bareUs } of rows) expect(Math.min(probeUs, bareUs)).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('bench:quiet tells what silences and windows cost', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-spec-'));
  try {
    const json = join(dir, 'quiet.json');
    const few = ['--silences', '20', '--windows', '5', '--rate', '10', '--seconds', '1', '--decisions', '50'];
    await promisify(execFile)(process.execPath, [QUIET, ...few, '--json', json]);
    const { perSecond, p99Ms, decisionUs } = JSON.parse(await readFile(json, 'utf8')) as Record<string, unknown>;
    expect(decisionUs).toMatch(/^[\d.]+ first, [\d.]+ then$/);
    expect(Math.min(Number(perSecond), Number(p99Ms))).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
