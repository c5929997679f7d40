import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A program that does nothing. */
export const PROGRAM = '/bin/true';

const OWN = {
  http: {},
  tcp: {},
  tls: { 'tls-skip-verify': true },
  dns: { 'dns-target': 'www.example.com' },
};

/** The attributes of a monitor that checks what `target.mjs` shows. */
export function attributesOf(type, port) {
  if (type === 'exec') return { type, command: PROGRAM };
  return { type, host: '127.0.0.1', port, ...OWN[type] };
}

/** `key.pem` and `cert.pem` in a directory. */
export function makeCertificate(dir) {
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '90', '-subj', '/CN=127.0.0.1', ...files], {
    stdio: 'ignore',
  });
}
