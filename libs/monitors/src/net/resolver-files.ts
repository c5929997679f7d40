import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Address } from '@9volt/contracts';

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
    const [address = '', ...names] = wordsOf(line.replace(/^[ \t]+/, ''));
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names.map((each) => each.toLowerCase())) {
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
    }
  }
  return hosts;
}

/** The parts of resolv.conf(5) that decide about questions and servers. Skips an invalid line, as the system does. */
export function parseResolvConf(text: string): ResolverConfig {
  const config: ResolverConfig = { servers: [], search: [], ndots: 1 };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = wordsOf(line);
    if (keyword === 'nameserver') config.servers.push(...nameServer(values[0] ?? ''));
    if (keyword === 'search') config.search = values.filter(isDomain);
    if (keyword === 'domain') config.search = values.slice(0, 1).filter(isDomain);
    if (keyword === 'options') {
      const ndots = values.find((value) => /^ndots:\d+$/.test(value));
      if (ndots) config.ndots = Math.min(15, Number(ndots.slice('ndots:'.length)));
    }
  }
  if (config.servers.length === 0) config.servers.push('127.0.0.1');
  return config;
}

/**
 * The words of a line, up to a comment. A space in front counts as a word, too: resolv.conf has keywords only at the beginning of a
 * line.
 */
function wordsOf(line: string): string[] {
  return line
    .replace(/[#;].*$/, '')
    .trimEnd()
    .split(/[ \t]+/);
}

/** An address of a name server, perhaps with a port; none if it is invalid. */
function nameServer(written: string): string[] {
  const [, inBrackets, ofV4, port = '53'] = /^(?:\[(.*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(written) ?? [];
  if (isIP(written.split('%', 1)[0] as string) === 6) return [written];
  if (Number(port) < 1 || Number(port) > 65_535) return [];
  if (inBrackets !== undefined) return isIP(inBrackets.split('%', 1)[0] as string) === 6 ? [written] : [];
  const address = ofV4 === undefined ? undefined : ofV4Address(ofV4);
  return address === undefined ? [] : [port === '53' ? address : `${address}:${port}`];
}

/** By the rules of inet_aton(3), which also accepts `127.1` and `0x7f.1`; URLs have the same rules. */
function ofV4Address(written: string): string | undefined {
  if (!/^[0-9a-fx.]*[0-9a-f]$/i.test(written)) return undefined;
  const url = `http://${written}`;
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  return isIP(hostname) === 4 ? hostname : undefined;
}

/** The root, the only domain of systems without one, adds nothing to a name. */
function isDomain(name: string): boolean {
  return (
    name !== '.' &&
    name
      .replace(/\.$/, '')
      .split('.')
      .every((label) => label !== '' && label.length <= 63)
  );
}

const LOOK_AGAIN_AFTER_MS = 1_000;

/** A small file, parsed again when it has changed; checked at most once a second. An unreadable file counts as empty. */
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
    let text = '';
    let stamp: string | undefined;
    try {
      // Read synchronously: a few hundred bytes of a local file, and only when they have changed.
      const stat = statSync(this.path);
      stamp = `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
      if (stamp === this.stamp) return;
      // Reading anything else, such as a pipe, could block for ever.
      if (stat.isFile()) text = readFileSync(this.path, 'utf8');
    } catch {
      // Like the system, treat it as absent; it may be back a second later.
      if (this.stamp === undefined) return;
      stamp = undefined;
    }
    this.stamp = stamp;
    this.parsed = this.parse(text);
  }
}
