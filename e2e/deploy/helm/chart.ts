import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import type { Manifest, Workload } from './manifests.js';

export const CHART = join(import.meta.dirname, '../../../helm/ninevolt');

export type Values = Record<string, unknown>;

export interface HelmResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs helm with these values. It ignores the settings of helm and Kubernetes of this machine's user. */
export async function helm(args: readonly string[], values: Values = {}): Promise<HelmResult> {
  const home = mkdtempSync(join(tmpdir(), 'ninevolt-helm-'));
  try {
    const env = { PATH: process.env['PATH'], HOME: home };
    const child = spawn('helm', args, { cwd: join(CHART, '../..'), env, timeout: 60_000 });
    const output = Promise.all([text(child.stdout), text(child.stderr)]);
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(values));
    await once(child, 'close');
    const [stdout, stderr] = await output;
    return { code: child.exitCode, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export const RELEASE = { name: 'watch', namespace: 'monitoring' };

const rendered = new Map<string, Promise<Release>>();

/** The parts of a release of the chart. */
export class Release {
  constructor(readonly manifests: readonly Manifest[]) {}

  /** Renders the chart, without a cluster. */
  static render(values: Values = {}, name = RELEASE.name): Promise<Release> {
    const key = JSON.stringify([name, values]);
    const known = rendered.get(key) ?? Release.renderAnew(values, name);
    rendered.set(key, known);
    return known;
  }

  static async renderAnew(values: Values, name: string, args: readonly string[] = []): Promise<Release> {
    const { code, stdout, stderr } = await helm(
      ['template', name, CHART, '--namespace', RELEASE.namespace, '--values', '-', ...args],
      values,
    );
    if (code !== 0) throw new Error(`helm template: ${stderr}`);
    return Release.parse(stdout);
  }

  private static parse(manifests: string): Release {
    const documents = parseAllDocuments(manifests, { uniqueKeys: true });
    for (const { errors } of documents) if (errors[0]) throw errors[0];
    return new Release(
      documents.map((document) => document.toJS() as Manifest | null).filter((found) => found !== null),
    );
  }

  all<T extends Manifest>(kind: string): T[] {
    return this.manifests.filter((manifest) => manifest.kind === kind) as T[];
  }

  /** The only one of its kind with this name, or ending. */
  one<T extends Manifest>(kind: string, ending = ''): T {
    const [found, second] = this.all<T>(kind).filter(({ metadata }) => metadata.name.endsWith(ending));
    if (found === undefined || second !== undefined) throw new Error(`expected one ${kind} that ends in "${ending}"`);
    return found;
  }

  get workloads(): Workload[] {
    return [...this.all<Workload>('Deployment'), ...this.all<Workload>('StatefulSet')];
  }
}
