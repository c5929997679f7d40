import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Issued {
  key: string;
  /** The certificate, followed by that of the intermediate authority unless it is left out. */
  cert: string;
}

export interface CertificateWish {
  /** Days until it expires; negative if it has expired. Default: 30. */
  days?: number;
  /** Default: `localhost` and 127.0.0.1. */
  names?: string;
  /** Without the certificate of the intermediate authority, as a badly configured server sends it. */
  leafOnly?: boolean;
}

export interface Authority {
  /** Certificate of the root (PEM). */
  ca: string;
  issue(wish?: CertificateWish): Issued;
  /** Another certificate of the same intermediate authority, as it gets when one expires. */
  intermediate(days: number): string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const AUTHORITY = 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n';

/** An authority of its own, made by openssl: a root, and an intermediate that issues certificates. */
export function makeAuthority({ rootDays = 60, intermediateDays = 50 } = {}): Authority {
  const inDirectory = <T>(act: (openssl: (...args: string[]) => void, at: (name: string) => string) => T): T => {
    const dir = mkdtempSync(join(tmpdir(), '9volt-authority-'));
    try {
      return act(
        (...args) => void execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' }),
        (name) => join(dir, name),
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  const read = (path: string): string => readFileSync(path, 'utf8');

  const { root, rootKey, request, intermediate } = inDirectory((openssl, at) => {
    // Not by `req -x509`, which makes none that has expired.
    openssl('req', ...KEY, '-keyout', 'root.key', '-out', 'root.csr', '-subj', '/CN=9volt test root');
    writeFileSync(at('extensions'), AUTHORITY);
    openssl(
      ...['x509', '-req', '-in', 'root.csr', '-signkey', 'root.key', '-days', String(rootDays)],
      ...['-extfile', 'extensions', '-out', 'root.pem'],
    );
    openssl(
      'req',
      ...KEY,
      '-keyout',
      'intermediate.key',
      '-out',
      'intermediate.csr',
      '-subj',
      '/CN=9volt test intermediate',
    );
    openssl(
      ...['x509', '-req', '-in', 'intermediate.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial'],
      ...['-days', String(intermediateDays), '-extfile', 'extensions', '-out', 'intermediate.pem'],
    );
    return {
      root: read(at('root.pem')),
      rootKey: read(at('root.key')),
      request: read(at('intermediate.csr')),
      intermediate: { key: read(at('intermediate.key')), cert: read(at('intermediate.pem')) },
    };
  });

  return {
    ca: root,
    intermediate: (days) =>
      inDirectory((openssl, at) => {
        writeFileSync(at('root.pem'), root);
        writeFileSync(at('root.key'), rootKey);
        writeFileSync(at('intermediate.csr'), request);
        writeFileSync(at('extensions'), AUTHORITY);
        openssl(
          ...['x509', '-req', '-in', 'intermediate.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial'],
          ...['-days', String(days), '-extfile', 'extensions', '-out', 'intermediate.pem'],
        );
        return read(at('intermediate.pem'));
      }),
    issue: ({ days = 30, names = 'DNS:localhost,IP:127.0.0.1', leafOnly = false } = {}) =>
      inDirectory((openssl, at) => {
        writeFileSync(at('ca.pem'), intermediate.cert);
        writeFileSync(at('ca.key'), intermediate.key);
        writeFileSync(at('extensions'), `subjectAltName=${names}\n`);
        openssl('req', ...KEY, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/O=9volt test/CN=leaf');
        openssl(
          ...['x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
          ...['-days', String(days), '-extfile', 'extensions', '-out', 'leaf.pem'],
        );
        return { key: read(at('leaf.key')), cert: read(at('leaf.pem')) + (leafOnly ? '' : intermediate.cert) };
      }),
  };
}
