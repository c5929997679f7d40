import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EtcdOptions } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { type Authority, type CertificateWish, makeAuthority } from '@9volt/testing';

/** The script that operators run. */
const CREATE_ACCESS = fileURLToPath(new URL('../../etcd/create-access.sh', import.meta.url));

export type EtcdUser = 'scheduler' | 'worker' | 'api' | 'operator' | 'viewer' | 'server';

/** Passwords are hashed as cheaply as etcd can, so that a test does not wait for its own logins. */
const ARGS = ['--bcrypt-cost=4'];

/** A real etcd with TLS, client certificates and users, set up by the script that operators run. */
export class SecuredEtcd {
  private constructor(
    readonly etcd: TestEtcd,
    private readonly authority: Authority,
    private readonly dir: string,
  ) {}

  static async start(args: readonly string[] = []): Promise<SecuredEtcd> {
    const dir = mkdtempSync(join(tmpdir(), 'ninevolt-secured-'));
    const authority = makeAuthority();
    writeFileSync(join(dir, 'ca.pem'), authority.ca);
    issueTo(dir, authority, 'etcd');
    issueTo(dir, authority, 'client');
    const tls = { ca: join(dir, 'ca.pem'), cert: join(dir, 'etcd.pem'), key: join(dir, 'etcd.key') };
    const etcd = await startEtcd({ args: [...ARGS, ...args], tls });
    const secured = new SecuredEtcd(etcd, authority, dir);
    secured.createAccess();
    return secured;
  }

  /** Runs the script once more, as root once root exists. */
  createAccess(...args: string[]): string {
    const { NINEV_ETCD_MEMBERS, NINEV_ETCD_CA, NINEV_ETCD_CERT, NINEV_ETCD_KEY } = this.endpointEnv;
    const root = this.passwordOf('root');
    return execFileSync('sh', [CREATE_ACCESS, '--credentials', this.dir, '--enable', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        ...process.env,
        ETCDCTL_ENDPOINTS: NINEV_ETCD_MEMBERS,
        ETCDCTL_CACERT: NINEV_ETCD_CA,
        ETCDCTL_CERT: NINEV_ETCD_CERT,
        ETCDCTL_KEY: NINEV_ETCD_KEY,
        ...(root === undefined ? {} : { ETCDCTL_USER: `root:${root}` }),
      },
    });
  }

  /** The environment of a process with the credentials of this user. */
  envOf(user: EtcdUser, prefix = '9volt'): Record<string, string> {
    return { ...this.endpointEnv, NINEV_ETCD_USERPASS_FILE: this.path(`${prefix}-${user}.userpass`) };
  }

  /** The environment of a process that can reach etcd without a user. */
  get endpointEnv(): Record<'NINEV_ETCD_MEMBERS' | 'NINEV_ETCD_CA' | 'NINEV_ETCD_CERT' | 'NINEV_ETCD_KEY', string> {
    return {
      NINEV_ETCD_MEMBERS: this.etcd.endpoint,
      NINEV_ETCD_CA: this.path('ca.pem'),
      NINEV_ETCD_CERT: this.path('client.pem'),
      NINEV_ETCD_KEY: this.path('client.key'),
    };
  }

  /** Credentials for a client in the test's own process. */
  accessOf(user: EtcdUser | 'root'): Omit<EtcdOptions, 'members'> {
    const username = user === 'root' ? user : `9volt-${user}`;
    const [ca, cert, key] = ['ca.pem', 'client.pem', 'client.key'].map((name) => readFileSync(this.path(name)));
    return { ca, cert, key, username, password: this.passwordOf(username) } as Omit<EtcdOptions, 'members'>;
  }

  /** Another client certificate of the same authority. Answers its environment. */
  issue(name: string, wish: CertificateWish): Record<'NINEV_ETCD_CERT' | 'NINEV_ETCD_KEY', string> {
    issueTo(this.dir, this.authority, name, wish);
    return { NINEV_ETCD_CERT: this.path(`${name}.pem`), NINEV_ETCD_KEY: this.path(`${name}.key`) };
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  async stop(): Promise<void> {
    await this.etcd.stop();
    rmSync(this.dir, { recursive: true });
  }

  private passwordOf(user: string): string | undefined {
    try {
      const text = readFileSync(this.path(`${user}.userpass`), 'utf8').trim();
      return text.slice(text.indexOf(':') + 1);
    } catch {
      return undefined;
    }
  }
}

function issueTo(dir: string, authority: Authority, name: string, wish?: CertificateWish): void {
  const { key, cert } = authority.issue(wish);
  writeFileSync(join(dir, `${name}.key`), key, { mode: 0o600 });
  writeFileSync(join(dir, `${name}.pem`), cert);
}
