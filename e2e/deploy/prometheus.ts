import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { unusedPort } from '@9volt/testing';
import { waitFor } from '../harness/index.js';

export const ROOT = join(import.meta.dirname, '../..');
export const PROMETHEUS_DIR = join(ROOT, 'docker/prometheus');

export interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  scrape_configs: {
    job_name: string;
    authorization: { credentials_file: string };
    static_configs: { targets: string[] }[];
  }[];
}

export interface Sample {
  metric: Record<string, string>;
  value: [at: number, value: string];
}

export const checkedInConfig = (): PrometheusConfig =>
  parse(readFileSync(join(PROMETHEUS_DIR, 'prometheus.yml'), 'utf8')) as PrometheusConfig;

/**
 * A real Prometheus with the configuration of docker/prometheus, except the addresses of the processes and the file of their token.
 */
export class Prometheus {
  private constructor(
    private readonly url: string,
    readonly configFile: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(targets: readonly string[], token: string): Promise<Prometheus> {
    const dir = mkdtempSync(join(tmpdir(), 'ninevolt-prometheus-'));
    const tokenFile = join(dir, 'access-token');
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const config = checkedInConfig();
    const [scrape] = config.scrape_configs;
    if (!scrape) throw new Error('the configuration scrapes nothing');
    scrape.authorization.credentials_file = tokenFile;
    scrape.static_configs = [{ targets: [...targets] }];
    config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
    config.rule_files = config.rule_files.map((file) => join(PROMETHEUS_DIR, file));
    const configFile = join(dir, 'prometheus.yml');
    writeFileSync(configFile, stringify(config));

    const address = `127.0.0.1:${await unusedPort()}`;
    const args = [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=${address}`,
    ];
    const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    await once(child, 'spawn');
    const ended = once(child, 'exit');
    const end = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true });
    };
    const isReady = (): Promise<boolean> => fetch(`http://${address}/-/ready`).then(({ ok }) => ok, () => false); // prettier-ignore
    await waitFor(async () => child.exitCode !== null || (await isReady()), { timeoutMs: 30_000 });
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${log}`);
    return new Prometheus(`http://${address}`, configFile, end);
  }

  /** The answer to a query of its API. */
  async ask<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  /** The series of an expression with a value. */
  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.ask<{ result: Sample[] }>('query', { query: expression });
    return result.filter(({ value: [, value] }) => value !== 'NaN');
  }

  stop(): Promise<void> {
    return this.end();
  }
}

/** Runs promtool to its end; `input` on its stdin. */
export async function promtool(args: readonly string[], input = ''): Promise<{ code: number | null; output: string }> {
  const child = spawn('promtool', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, output };
}
