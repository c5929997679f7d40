// Other programs that check, for `bench:checks -- --peer NAME=PATH`: each checks a target of its own, so the target tells how often.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, start, startPart } from './processes.mjs';

/** By name: starts it; `pid` is the process whose processor time counts, `all` what to stop. Absent for a type that it cannot check. */
const PEERS = { blackbox, cloudprober, ab };

export async function startPeer(name, path, given) {
  if (!Object.hasOwn(PEERS, name)) throw new Error(`unknown peer "${name}"; known: ${Object.keys(PEERS).join(', ')}`);
  return PEERS[name](path, given);
}

/** The exporter of Prometheus checks when it is asked; a client of ours asks, and does not count. */
async function blackbox(path, { type, port, dir, rate, beatMs }) {
  const modules = {
    http: { prober: 'http' },
    tcp: { prober: 'tcp' },
    tls: { prober: 'tcp', tcp: { tls: true, tls_config: { insecure_skip_verify: true } } },
    dns: { prober: 'dns', dns: { query_name: 'www.example.com', query_type: 'A' } },
  };
  const config = join(dir, 'blackbox.yml');
  // YAML contains JSON.
  await writeFile(config, JSON.stringify({ modules }));
  const listens = await freePort();
  const exporter = start(path, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${listens}`]);
  const target = type === 'http' ? `http://127.0.0.1:${port}` : `127.0.0.1:${port}`;
  const url = `http://127.0.0.1:${listens}/probe?module=${type}&target=${encodeURIComponent(target)}`;
  return { pid: exporter.pid, all: [startPart('asker.mjs', [url, rate, beatMs]), exporter] };
}

/** By its documentation: a probe for each check of a second. */
async function cloudprober(path, { type, port, dir, rate }) {
  const own = { http: `http_probe { port: ${port} keep_alive: false }`, tcp: `tcp_probe { port: ${port} }` }[type];
  if (own === undefined) return undefined;
  const probe = (_, n) =>
    `probe { name: "m${n}" type: ${type.toUpperCase()} interval_msec: 1000 timeout_msec: 900 targets { host_names: "127.0.0.1" } ${own} }`;
  const probes = Array.from({ length: rate }, probe).join('\n');
  const config = join(dir, 'cloudprober.cfg');
  await writeFile(config, `host: "127.0.0.1"\nport: ${await freePort()}\nsurfacer { type: PROMETHEUS }\n${probes}\n`);
  const prober = start(path, ['--config_file', config]);
  return { pid: prober.pid, all: [prober] };
}

/** The client of Apache, as fast as it can: what a request costs in C. */
async function ab(path, { type, port }) {
  if (type !== 'http') return undefined;
  const client = start(path, ['-q', '-t', '3600', '-n', '100000000', '-c', '20', `http://127.0.0.1:${port}/`]);
  return { pid: client.pid, all: [client] };
}
