import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { parse } from 'yaml';
import { given } from './given.js';
import { ApiServer } from './helm/api-server.js';
import { CHART, helm, Release, RELEASE, type Values } from './helm/chart.js';
import type { Service, TestPod } from './helm/manifests.js';
import { faultsOf } from './helm/judge.js';
import { MATRIX } from './helm/matrix.js';

const withHelm = given('helm');

describe('the messages and commands for an operator', () => {
  let api: ApiServer;

  beforeAll(async () => {
    api = await ApiServer.start();
  });
  afterAll(() => api.stop());

  const notes = async (values: Values = {}): Promise<string> => {
    const args = ['install', RELEASE.name, CHART, '--namespace', RELEASE.namespace, '--dry-run=client', ...api.args];
    const { code, stdout, stderr } = await helm([...args, '--disable-openapi-validation', '--values', '-'], values);
    if (code !== 0) throw new Error(stderr);
    return stdout.slice(stdout.indexOf('NOTES:'));
  };

  withHelm('the notes lead to the dashboard and to the token', async () => {
    const plain = await notes();
    expect(plain).toContain('kubectl -n monitoring port-forward service/watch-ninevolt-api 8080:80\n');
    expect(plain).toContain(
      `kubectl -n monitoring get secret watch-ninevolt-tokens -o go-template='{{ index .data "access-tokens" | base64decode }}'\n`,
    );
    expect(plain).toContain('helm -n monitoring test watch');
    expect(await notes(MATRIX['secrets that exist'])).toContain(
      `get secret my-tokens -o go-template='{{ index .data "tokens.txt"`,
    );
    expect(await notes(MATRIX['an ingress with TLS'])).toContain('  https://monitoring.example.com/ui/\n');
  });

  withHelm('the notes warn when nobody runs monitors without a tag', async () => {
    expect(await notes()).not.toContain('Every pool');
    const tagged = [
      { name: 'tagged', tags: ['x'] },
      { name: 'asleep', replicas: 0 },
    ];
    expect(await notes({ workerPools: tagged })).toContain('Every pool of workers has tags');
  });

  withHelm('helm test asks the API whether it is ready', async () => {
    const release = await Release.render(MATRIX['all there is']);
    const { metadata, spec } = release.one<TestPod>('Pod');
    const service = release.one<Service>('Service', '-api');
    expect(metadata.annotations).toMatchObject({ 'helm.sh/hook': 'test' });
    expect(spec.restartPolicy).toBe('Never');
    expect(spec.containers[0].args).toEqual([
      'health',
      `http://${service.metadata.name}:${service.spec.ports[0]?.port}`,
    ]);
  });
});

describe('docs/deploy/kubernetes.md', () => {
  const document = readFileSync(join(CHART, '../../docs/deploy/kubernetes.md'), 'utf8');
  const blocks = (language: string): string[] =>
    [...document.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, found, text = '']) =>
      found === language ? [text] : [],
    );

  withHelm('has values that the chart takes', async () => {
    const [values] = blocks('yaml');
    const { manifests } = await Release.render(parse(values ?? '') as Values);
    expect(manifests.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Ingress', 'ServiceMonitor']));
    expect(manifests.flatMap((manifest) => faultsOf(manifest, '1.27'))).toEqual([]);
  });

  withHelm('has commands that helm takes', async () => {
    const api = await ApiServer.start();
    try {
      const commands = blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith('helm ')));
      expect(commands.map((command) => command.split(' ')[1])).toEqual(['install', 'test', 'upgrade']);
      const [install, , upgrade] = commands.map((command) => command.split(' ').slice(1));
      const dry = ['--dry-run=client', '--disable-openapi-validation', ...api.args];
      expect(await helm([...(install ?? []), ...dry])).toMatchObject({ code: 0 });
      // There is no release to upgrade: that is the only error of the command.
      expect((await helm([...(upgrade ?? []), ...dry])).stderr).toMatch(
        /UPGRADE FAILED: .*monitoring.* has no deployed releases/,
      );
    } finally {
      api.stop();
    }
  });
});
