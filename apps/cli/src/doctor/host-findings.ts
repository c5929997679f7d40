import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from '@9volt/platform/config';
import { type Finding, ok, warning } from './finding.js';

const PLUGINS = '/usr/lib/nagios/plugins';
const FEW_FILES = 4_096;
/** Bit of CAP_NET_RAW in the masks of capabilities (capabilities(7)). */
const NET_RAW = 1n << 13n;

/** What this machine has for checks that need it. */
export function hostFindings(env: Environment): Finding[] {
  return [ok('node', `Node.js ${process.versions.node}`), openFiles(), resolver(), icmp(env), plugins()];
}

function openFiles(): Finding {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? Number.NaN);
  if (Number.isNaN(limit)) return ok('open files', 'this system does not show the limit');
  if (limit >= FEW_FILES) return ok('open files', `at most ${limit}`);
  return warning(
    'open files',
    `at most ${limit}; each running check needs one or more`,
    `raise the limit, with LimitNOFILE=65536 in the unit or ulimit -n 65536`,
  );
}

function resolver(): Finding {
  const servers = [...read('/etc/resolv.conf').matchAll(/^nameserver\s+(\S+)/gm)].map(([, server]) => server);
  if (servers.length > 0) return ok('resolver', `asks ${servers.join(', ')}`);
  return warning(
    'resolver',
    '/etc/resolv.conf contains no name server, so workers cannot resolve host names',
    'add one, or use IP addresses in monitors',
  );
}

function icmp(env: Environment): Finding {
  const fping = findCommand('fping', env);
  if (fping === undefined) {
    return warning(
      'icmp',
      'fping is not installed, so icmp checks are unknown',
      'apt-get install fping, on workers that ping',
    );
  }
  if (process.getuid?.() === 0 || hasNetRaw()) return ok('icmp', `${fping}, with permission to send`);
  return ok('icmp', `${fping}; it needs the capability cap_net_raw to send; check with getcap ${fping}`);
}

function hasNetRaw(): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)/m.exec(read('/proc/self/status'))?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & NET_RAW) !== 0n;
}

function plugins(): Finding {
  if (isReadable(PLUGINS)) return ok('plugins', PLUGINS);
  return warning(
    'plugins',
    `${PLUGINS} does not exist, so exec checks cannot run the plugins of Nagios`,
    'apt-get install monitoring-plugins-basic, on workers that run them',
  );
}

function findCommand(name: string, env: Environment): string | undefined {
  const directories = [...(env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin'].filter((dir) => dir !== '');
  return directories.map((dir) => join(dir, name)).find((path) => isReadable(path, constants.X_OK));
}

function isReadable(path: string, mode = constants.R_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
