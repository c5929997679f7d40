import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPort, waitFor } from '@9volt/testing';

const COMMAND = 'prometheus-alertmanager';

export interface RunningAlertmanager {
  url: string;
  /** Alerts that are firing now. */
  active(): Promise<{ labels: Record<string, string>; annotations: Record<string, string>; endsAt: string }[]>;
  stop(): Promise<void>;
}

export function hasAlertmanager(): boolean {
  try {
    execFileSync(COMMAND, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real Alertmanager with an empty storage; it notifies `receiver`, without waiting for more alerts. */
export async function startAlertmanager(receiver: string): Promise<RunningAlertmanager> {
  const directory = mkdtempSync(join(tmpdir(), '9volt-alertmanager-'));
  const config = join(directory, 'alertmanager.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { resolve_timeout: '1s' },
      route: { receiver: 'test', group_by: ['...'], group_wait: '0s', group_interval: '200ms', repeat_interval: '1h' },
      receivers: [{ name: 'test', webhook_configs: [{ url: receiver, send_resolved: true }] }],
    }),
  );
  const address = `127.0.0.1:${await unusedPort()}`;
  const child = spawn(
    COMMAND,
    [
      `--config.file=${config}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://${address}`;
  try {
    await waitFor(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    active: async () => (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as never,
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
