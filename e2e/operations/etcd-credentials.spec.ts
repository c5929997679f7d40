import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run9volt, SecuredEtcd } from '../harness/index.js';

type Env = Record<string, string>;

describe('a node that etcd refuses', () => {
  let secured: SecuredEtcd;
  beforeAll(async () => {
    secured = await SecuredEtcd.start();
  });
  afterAll(async () => {
    await secured.stop();
  });

  const without = (env: Env, ...names: string[]): Env => ({
    ...env,
    ...Object.fromEntries(names.map((name) => [name, ''])),
  });

  it.each<[string, (good: Env) => Env, RegExp]>([
    [
      'with a wrong password',
      (good) => ({ ...without(good, 'NINEV_ETCD_USERPASS_FILE'), NINEV_ETCD_USERPASS: '9volt-worker:wrong' }),
      /--etcd-userpass: .*check the user and the password/,
    ],
    [
      'without its authority',
      (good) => without(good, 'NINEV_ETCD_CA', 'NINEV_ETCD_CERT', 'NINEV_ETCD_KEY'),
      /--etcd-ca: .*set --etcd-ca to the authority that signed it/,
    ],
    [
      'with an authority that is not in its file',
      (good) => ({ ...good, NINEV_ETCD_CA: secured.path('client.pem') }),
      /--etcd-ca: .*not signed by the authority in --etcd-ca/,
    ],
    [
      'with a file that is not there',
      (good) => ({ ...good, NINEV_ETCD_KEY: '/nowhere.pem' }),
      /NINEV_ETCD_KEY: cannot read it: /,
    ],
    [
      'without a certificate of its own',
      (good) => without(good, 'NINEV_ETCD_CERT', 'NINEV_ETCD_KEY'),
      /--etcd-cert: .*requires a client certificate/,
    ],
    [
      'with a certificate of its own that has expired',
      (good) => ({ ...good, ...secured.issue('expired', { days: -1 }) }),
      /--etcd-cert: .*it expired on /,
    ],
    [
      'by an address without TLS',
      (good) => ({
        ...without(good, 'NINEV_ETCD_CA', 'NINEV_ETCD_CERT', 'NINEV_ETCD_KEY'),
        NINEV_ETCD_MEMBERS: secured.etcd.endpoint.replace('https', 'http'),
      }),
      /--etcd-members: .*requires TLS; write its address with https/,
    ],
  ])('%s exits with code 1 and one line that names the option', async (_what, env, said) => {
    const started = run9volt(['worker', '--listen', '127.0.0.1:0'], { env: env(secured.envOf('worker')) });
    const { code, stderr } = await started;
    expect(stderr.split('\n').filter((line) => line.startsWith('9volt: '))).toContainEqual(expect.stringMatching(said));
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  it('the doctor, and other commands that use etcd, say the same', async () => {
    const env = without(secured.envOf('operator'), 'NINEV_ETCD_CA', 'NINEV_ETCD_CERT', 'NINEV_ETCD_KEY');
    const doctor = await run9volt(['doctor'], { env });
    expect(doctor).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^problem +etcd .*\n +→ .*--etcd-ca to the authority that signed it$/m),
    });
    const backup = await run9volt(['backup', secured.path('backup.json')], { env });
    expect(backup).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^9volt: .*--etcd-ca to the authority that signed it$/m),
    });
  });
});
