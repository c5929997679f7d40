import { describe, expect } from '@jest/globals';
import { given } from './given.js';
import { CHART, helm, Release, RELEASE, type Values } from './helm/chart.js';
import { faultsOf, KUBERNETES } from './helm/judge.js';
import { MATRIX } from './helm/matrix.js';

const withHelm = given('helm');

describe.each(Object.entries(MATRIX))('the chart with %s', (_, values) => {
  withHelm('is what helm and Kubernetes take', async () => {
    const { code, stdout } = await helm(['lint', '--strict', '--quiet', CHART, '--values', '-'], values);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const { manifests } = await Release.render(values);
    expect(KUBERNETES.flatMap((version) => manifests.flatMap((manifest) => faultsOf(manifest, version)))).toEqual([]);
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the validator of manifests', () => {
  withHelm('refuses a misspelt field, a wrong type and an unknown kind', async () => {
    const [first] = (await Release.render()).all('Deployment');
    const broken = JSON.parse(JSON.stringify(first).replace('"runAsNonRoot":', '"runAsNonroot":')) as never;
    expect(faultsOf(broken, '1.27')).toEqual([expect.stringContaining('"runAsNonroot"')]);
    const typed = JSON.parse(JSON.stringify(first).replace(/"replicas":\d+/, '"replicas":"2"')) as never;
    expect(faultsOf(typed, '1.37')).toEqual([expect.stringContaining('/spec/replicas must be integer')]);
    expect(faultsOf({ ...(first as object), apiVersion: 'apps/v1beta1' } as never, '1.27')).toEqual([
      expect.stringContaining('no schema for apps/v1beta1'),
    ]);
  });
});

const REFUSED: [string, Values, RegExp][] = [
  ['a misspelt value', { schedular: {} }, /schedular/],
  ['a misspelt value of a role', { scheduler: { replica: 2 } }, /replica/],
  ['a misspelt value of a pool', { workerPools: [{ name: 'a', netraw: true }] }, /netraw/],
  ['a pool without a name', { workerPools: [{ replicas: 1 }] }, /name/],
  ['no pool', { workerPools: [] }, /workerPools/],
  ['two pools of one name', { workerPools: [{ name: 'a' }, { name: 'a' }] }, /names that differ, got "a" twice/],
  ['a name that is none', { workerPools: [{ name: 'A_b' }] }, /workerPools.*A_b|does not match pattern/s],
  ['a tag with a comma', { workerPools: [{ name: 'a', tags: ['b,c'] }] }, /tags/],
  ['an even number of members', { etcd: { replicas: 2 } }, /replicas/],
  ['no scheduler', { scheduler: { replicas: 0 } }, /scheduler.replicas|scheduler\/replicas/],
  ['an etcd elsewhere, and not where', { etcd: { enabled: false } }, /etcd\.external\.members: expected the addresses/],
  ['an address of etcd without http', { etcd: { enabled: false, external: { members: ['a:1'] } } }, /members/],
  ['a public address that is none', { publicUrl: 'monitoring.example.com' }, /publicUrl/],
  ['a number as text', { api: { replicas: '2' } }, /replicas/],
];

describe('the chart', () => {
  for (const [what, values, sentence] of REFUSED) {
    withHelm(`refuses ${what}`, async () => {
      const { code, stderr } = await helm(['template', RELEASE.name, CHART, '--values', '-'], values);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(sentence);
      expect(stderr.split('\n').length).toBeLessThan(15);
    });
  }

  withHelm('refuses a Kubernetes that is too old', async () => {
    const { code, stderr } = await helm(['template', RELEASE.name, CHART, '--kube-version', '1.26.0']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('requires kubeVersion: >=1.27.0-0');
  });
});
