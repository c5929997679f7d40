import type { Role } from '@9volt/contracts';
import { AppLogger, loadNodeConfig, Metrics } from '@9volt/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { composeNode } from '../compose/node-module.js';
import { code, table } from './markdown.js';
import { fillTemplate, type ReadText } from './template.js';

interface Documented {
  name: string;
  type: string;
  help: string;
  labels: readonly string[];
  roles: Role[];
}

const ROLES: readonly Role[] = ['scheduler', 'worker', 'api', 'status'];
/** With these, a process shows all of its optional metrics. */
const SHOW_ALL = {
  NINEV_PERFORMANCE_SERIES: '1',
  NINEV_MONITOR_SERIES: '1',
  NINEV_REMOTE_WRITE_URL: 'http://127.0.0.1:9/api/v1/write',
  NINEV_ARCHIVE_URL: 'postgres://user:password@127.0.0.1:9/history',
};
const OPTIONAL: readonly [prefix: string, flag: string][] = [
  ['ninevolt_performance_', '--performance-series'],
  ['ninevolt_monitor_', '--monitor-series'],
  ['ninevolt_monitors_omitted', '--monitor-series'],
  ['ninevolt_remote_write_', '--remote-write-url'],
  ['ninevolt_archive_', '--archive-url'],
];

/** The list of all metrics, as the modules of the roles register them. */
export async function metricsReference(read: ReadText): Promise<string> {
  const all = [...(await registered()).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = all.filter(({ name }) => name.startsWith('ninevolt_'));
  const optional = own.filter(({ name }) => flagOf(name) !== undefined);
  const always = own.filter((metric) => !optional.includes(metric));
  const ofEvery = always.filter(({ roles }) => roles.length === ROLES.length);
  const headings = ['Metric', 'Type', 'Labels', 'Unit', 'Meaning'];
  const ofRole = (role: Role): string =>
    table(headings, always.filter((one) => one.roles.includes(role) && !ofEvery.includes(one)).map(row));
  return fillTemplate('metrics.md', read, {
    'every process': table(headings, ofEvery.map(row)),
    scheduler: ofRole('scheduler'),
    worker: ofRole('worker'),
    api: ofRole('api'),
    status: ofRole('status'),
    optional: table(
      ['Flag', ...headings],
      optional.map((metric) => [code(flagOf(metric.name) ?? ''), ...row(metric)]),
    ),
    platform: table(headings, all.filter((metric) => !own.includes(metric)).map(row)),
  });
}

async function registered(): Promise<Map<string, Documented>> {
  const found = new Map<string, Documented>();
  for (const role of ROLES) {
    const log = AppLogger.silent();
    const { module } = await composeNode(loadNodeConfig(role, {}, SHOW_ALL), log);
    // Created, and never started: nothing listens, and nothing asks etcd.
    const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false });
    for (const metric of app.get(Metrics).all()) {
      const known = found.get(metric.name);
      if (known) known.roles.push(role);
      else found.set(metric.name, { ...metric, roles: [role] });
    }
    await app.close();
  }
  return found;
}

function row({ name, type, help, labels }: Documented): string[] {
  return [code(name), type, labels.map(code).join(', '), unitOf(name), help];
}

/** By the suffix of Prometheus' naming rules. */
function unitOf(name: string): string {
  const unit = /_(timestamp_seconds|seconds|bytes|ratio)(?:_total)?$/.exec(name)?.[1];
  return unit === 'timestamp_seconds' ? 'seconds since 1970' : (unit ?? '');
}

function flagOf(name: string): string | undefined {
  return OPTIONAL.find(([prefix]) => name.startsWith(prefix))?.[1];
}
