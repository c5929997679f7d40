import { readFileSync, statSync } from 'node:fs';
import { isIP, type LookupFunction } from 'node:net';

export type Address = { address: string; family: 4 | 6 };

export interface ResolverFiles {
  hosts: string;
  resolvConf: string;
}

export interface ResolverConfig {
  servers: string[];
  search: string[];
  ndots: number;
}

/** The addresses that a hosts file gives to each name, in the file's order; names in lower case. */
export function parseHosts(text: string): Map<string, Address[]> {
  const hosts = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = withoutComment(line);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names.map((each) => each.toLowerCase())) {
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
    }
  }
  return hosts;
}

/** The parts of resolv.conf(5) that decide which questions are asked of whom. */
export function parseResolvConf(text: string): ResolverConfig {
  const config: ResolverConfig = { servers: [], search: [], ndots: 1 };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = withoutComment(line);
    if (keyword === 'nameserver' && values[0]) config.servers.push(values[0]);
    if (keyword === 'search' || keyword === 'domain') config.search = values;
    if (keyword === 'options') {
      const ndots = values.find((value) => /^ndots:\d+$/.test(value));
      if (ndots) config.ndots = Math.min(15, Number(ndots.slice('ndots:'.length)));
    }
  }
  if (config.servers.length === 0) config.servers.push('127.0.0.1');
  return config;
}

function withoutComment(line: string): string[] {
  return line
    .replace(/[#;].*$/, '')
    .trim()
    .split(/\s+/);
}

const LOOK_AGAIN_AFTER_MS = 1_000;

/** A small file, parsed anew when it has changed, looked at once a second at most. A file that is not there is empty. */
export class WatchedFile<T> {
  private lookedAt = -Infinity;
  private stamp: string | undefined;
  private parsed: T;

  constructor(
    private readonly path: string,
    private readonly parse: (text: string) => T,
  ) {
    this.parsed = parse('');
  }

  value(): T {
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_AGAIN_AFTER_MS) {
      this.lookedAt = now;
      this.refresh();
    }
    return this.parsed;
  }

  private refresh(): void {
    // Read at once, on the main thread: a few hundred bytes of a local file, and only when they have changed.
    const stat = statSync(this.path, { throwIfNoEntry: false });
    const stamp = stat && `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.parsed = this.parse(stamp === undefined ? '' : readFileSync(this.path, 'utf8'));
  }
}

/** A `lookup` for node's sockets that answers addresses found before: the socket then looks nothing up by itself. */
export function lookupOf(addresses: readonly Address[]): LookupFunction {
  return (_host, options, answer) => {
    if (options.all) return answer(null, [...addresses]);
    const [first] = addresses as readonly [Address];
    return answer(null, first.address, first.family);
  };
}
