import { ownOf } from '@9volt/contracts';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Address } from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { parseHosts, parseResolvConf, type ResolverFiles, WatchedFile } from './resolver-files.js';

/** Codes after which the next name of the search list would not help. */
const NO_SERVER: ReadonlySet<string> = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED']);

/** How long the addresses of one family wait for those of the other (RFC 8305, section 3). */
const OTHER_FAMILY_MS = 50;

const NO_SUCH_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Finds the addresses of a host: /etc/hosts, then the servers of resolv.conf with its search list, as the system does. It does not
 * use the system's getaddrinfo, because that runs on two threads of a shared pool: two names whose servers do not answer would
 * block every other lookup as long as they hang.
 */
export class HostResolver {
  private readonly hosts;
  private readonly config;

  constructor(files: ResolverFiles = { hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' }) {
    this.hosts = new WatchedFile(files.hosts, parseHosts);
    this.config = new WatchedFile(files.resolvConf, parseResolvConf);
  }

  /** At least one address, or an error with a code. Gives up when the scope ends; it has no time limit of its own. */
  async resolve(host: string, scope: Scope): Promise<Address[]> {
    const family = isIP(host.split('%', 1)[0] as string);
    if (family === 4 || family === 6) return [{ address: host, family }];
    const name = host.toLowerCase();
    const local = this.hosts.value().get(name);
    if (local) return local;
    if (name === 'localhost' || name.endsWith('.localhost')) return [{ address: '127.0.0.1', family: 4 }];

    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers(this.config.value().servers);
    scope.onEnd(() => resolver.cancel());
    const failures: unknown[] = [];
    for (const candidate of this.candidates(name)) {
      try {
        return await bothFamilies(resolver, candidate);
      } catch (error) {
        failures.push(error);
        if (NO_SERVER.has(codeOf(error))) break;
      }
    }
    throw lookupError(host, worstOf(failures));
  }

  private candidates(name: string): string[] {
    const { search, ndots } = this.config.value();
    if (name.endsWith('.')) return [name];
    const searched = search.map((domain) => `${name}.${domain}`);
    return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
  }
}

async function bothFamilies(resolver: Resolver, name: string): Promise<Address[]> {
  const v4 = resolver.resolve4(name).then((all) => all.map((address): Address => ({ address, family: 4 })));
  const v6 = resolver.resolve6(name).then((all) => all.map((address): Address => ({ address, family: 6 })));
  // The first failure is no verdict, either: a name may have addresses of one family only.
  await Promise.any([v4, v6]).catch((error: AggregateError) => {
    throw worstOf(error.errors);
  });
  const found = await Promise.all([v4, v6].map((family) => Promise.race([family.catch(() => []), soon()])));
  return found.flat();
}

function soon(): Promise<Address[]> {
  return new Promise((resolve) => void setTimeout(resolve, OTHER_FAMILY_MS, []).unref());
}

/** "No server answered" says more than "this name has no IPv6 address". */
function worstOf(errors: readonly unknown[]): unknown {
  return errors.find((error) => !NO_SUCH_NAME.has(codeOf(error))) ?? errors[0];
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
}

const LOOKUP_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  ENODATA: 'no such host',
  ETIMEOUT: 'the name servers did not answer',
  ECONNREFUSED: 'the name servers refused the connection',
  ESERVFAIL: 'the name servers failed (SERVFAIL)',
};

function lookupError(host: string, cause: unknown): Error {
  const code = codeOf(cause);
  return new Error(`lookup of ${host}: ${ownOf(LOOKUP_WORDS, code) ?? code}`, { cause });
}
