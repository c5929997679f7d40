import { NODE_SETTINGS } from '@9volt/platform';
import { someOf } from '@9volt/testing';
import { describe, expect } from '@jest/globals';
import { given } from './given.js';
import { Release } from './helm/chart.js';
import { matches, type Secret, type TestPod, type Workload } from './helm/manifests.js';
import { MATRIX } from './helm/matrix.js';

const DRAIN_SECONDS = 30;
const withHelm = given('helm');

const podsOf = (release: Release): Workload['spec']['template'][] => release.workloads.map(({ spec }) => spec.template);
const nodesOf = (release: Release): Workload[] => release.all<Workload>('Deployment');

describe.each(Object.entries(MATRIX))('the pods of the chart with %s', (_, values) => {
  withHelm('have no rights that they were not given', async () => {
    const release = await Release.render(values);
    const test = release.one<TestPod>('Pod');
    for (const spec of [...podsOf(release).map((pod) => pod.spec), test.spec]) {
      const [{ image, securityContext, resources }] = spec.containers;
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10001,
          runAsGroup: 10001,
          fsGroup: 10001,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      });
      const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
      const pings = image.endsWith('-worker-plugins') && capabilities.add !== undefined;
      expect({ allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities }).toEqual({
        allowPrivilegeEscalation: pings,
        readOnlyRootFilesystem: true,
        capabilities: pings ? { drop: ['ALL'], add: ['NET_RAW'] } : { drop: ['ALL'] },
      });
      expect(Object.keys(resources?.requests ?? {})).toEqual(['cpu', 'memory']);
      expect(resources?.limits).toEqual({ memory: expect.stringMatching(/^\d+[MG]i$/) });
      expect(spec.imagePullSecrets).toEqual(values['imagePullSecrets']);
      expect(release.one('ServiceAccount').metadata.name).toBe(spec.serviceAccountName);
    }
  });

  withHelm('are told commands and settings that 9volt has', async () => {
    const known = new Set(NODE_SETTINGS.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])));
    for (const { spec } of someOf(nodesOf(await Release.render(values)))) {
      const [container] = spec.template.spec.containers;
      expect(['scheduler', 'worker', 'api', 'status'].map((role) => [role])).toContainEqual(container.args);
      expect(container.command).toBeUndefined();
      const variables = (container.env ?? []).map(({ name }) => name);
      expect(variables.filter((name) => name.startsWith('NINEV_') && !known.has(name))).toEqual([]);
      expect(variables).toEqual(
        expect.arrayContaining(['NINEV_MEMBER_ID', 'NINEV_ETCD_MEMBERS', 'NINEV_ACCESS_TOKENS_FILE']),
      );
      expect(new Set(variables).size).toBe(variables.length);
    }
  });

  withHelm('find every file that they are told of in a volume, and every volume has a source', async () => {
    const release = await Release.render(values);
    const made = release.all<Secret>('Secret').map(({ metadata }) => metadata.name);
    const given = JSON.stringify(values);
    let told = 0;
    for (const { spec } of someOf(podsOf(release))) {
      const [{ env = [], volumeMounts = [] }] = spec.containers;
      const files = env.flatMap(({ name, value }) =>
        name.startsWith('NINEV_') && value?.startsWith('/') ? [value] : [],
      );
      // Those of etcd are told of none.
      told += files.length;
      const isMounted = (file: string): boolean =>
        volumeMounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`));
      expect(files.filter((file) => !isMounted(file))).toEqual([]);
      const volumes = [...(spec.volumes ?? []).map(({ name }) => name), 'data'];
      expect(volumeMounts.map(({ name }) => name).filter((name) => !volumes.includes(name))).toEqual([]);
      const secrets = [
        ...(spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
        ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
      ];
      const hasSource = (secret: string): boolean => made.includes(secret) || given.includes(`"${secret}"`);
      expect(secrets.filter((secret) => !hasSource(secret))).toEqual([]);
    }
    expect(told).toBeGreaterThan(0);
  });

  withHelm('are asked whether they live and are ready, and have time to hand over', async () => {
    for (const { spec } of someOf(nodesOf(await Release.render(values)))) {
      const { containers, terminationGracePeriodSeconds = 30 } = spec.template.spec;
      const [{ ports = [], startupProbe, livenessProbe, readinessProbe, lifecycle }] = containers;
      expect(ports).toEqual([{ name: 'http', containerPort: 8080 }]);
      expect(startupProbe?.httpGet).toEqual({ path: '/livez', port: 'http' });
      expect((startupProbe?.periodSeconds ?? 10) * (startupProbe?.failureThreshold ?? 3)).toBeGreaterThanOrEqual(60);
      expect(livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'http' });
      expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
      const [, pause = '0'] = lifecycle?.preStop?.exec.command ?? [];
      expect(terminationGracePeriodSeconds).toBeGreaterThan(DRAIN_SECONDS + Number(pause));
      expect(spec.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    }
  });

  withHelm('are spread over nodes and zones with those of their kind', async () => {
    const pods = podsOf(await Release.render(values));
    for (const { metadata, spec } of someOf(pods)) {
      const { topologySpreadConstraints = [] } = spec;
      expect(topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
        'kubernetes.io/hostname',
        'topology.kubernetes.io/zone',
      ]);
      for (const { labelSelector } of topologySpreadConstraints) {
        const alike = pods.filter((pod) => matches(labelSelector.matchLabels, pod.metadata.labels));
        expect(alike.map((pod) => pod.metadata.labels)).toEqual([metadata.labels]);
      }
    }
  });
});

describe('a pool of workers', () => {
  withHelm('has what it says, and what the defaults say where it says nothing', async () => {
    const pools = nodesOf(await Release.render(MATRIX['all there is'])).filter(({ metadata }) =>
      metadata.name.includes('-worker-'),
    );
    const told = pools.map(({ metadata, spec }) => {
      const [{ image, env = [], securityContext, envFrom = [], volumeMounts = [] }] = spec.template.spec.containers;
      return {
        name: metadata.name,
        replicas: spec.replicas,
        plugins: image,
        netRaw: securityContext.capabilities.add,
        tags: env.find(({ name }) => name === 'NINEV_MEMBER_TAGS')?.value,
        secrets: [env.some(({ name }) => name === 'SLACK_URL'), envFrom.length, volumeMounts.at(-1)?.mountPath],
        node: spec.template.spec.nodeSelector,
      };
    });
    const secrets = [true, 2, '/opt/plugins'];
    const image = 'registry.example.com/9volt:1.0';
    expect(told).toEqual([
      { name: 'nine-worker-default', replicas: 3, plugins: image, secrets },
      {
        name: 'nine-worker-ping',
        replicas: 2,
        plugins: `${image}-worker-plugins`,
        netRaw: ['NET_RAW'],
        tags: 'ping,eu west',
        secrets,
      },
      {
        name: 'nine-worker-edge',
        replicas: 1,
        plugins: image,
        tags: 'edge',
        secrets,
        node: { 'kubernetes.io/arch': 'amd64' },
      },
      { name: 'nine-worker-asleep', replicas: 0, plugins: image, tags: 'later', secrets },
    ]);
  });

  withHelm('has the image of its digest where that is told', async () => {
    const [digest, pluginsDigest] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
    const image = { repository: 'registry.example.com/9volt', tag: '1.0', digest, pluginsDigest };
    const release = await Release.render({ image, workerPools: [{ name: 'plain' }, { name: 'with', plugins: true }] });
    const images = nodesOf(release).map(({ spec }) => spec.template.spec.containers[0].image);
    const plain = `registry.example.com/9volt:1.0@${digest}`;
    expect(images.sort()).toEqual(
      [plain, plain, plain, `registry.example.com/9volt:1.0-worker-plugins@${pluginsDigest}`].sort(),
    );
  });

  withHelm('may say no to what is the default', async () => {
    const pools = nodesOf(await Release.render(MATRIX['pools that say no to what is the default'])).slice(-2);
    expect(
      pools.map(({ metadata, spec }) => {
        const [{ image, securityContext }] = spec.template.spec.containers;
        return [
          metadata.name.split('-').at(-1),
          image.endsWith('-worker-plugins'),
          securityContext.allowPrivilegeEscalation,
        ];
      }),
    ).toEqual(
      expect.arrayContaining([
        ['with', true, true],
        ['without', false, false],
      ]),
    );
  });

  withHelm('is the only one that gets the secrets of alerters', async () => {
    const others = nodesOf(await Release.render(MATRIX['all there is'])).filter(
      ({ metadata }) => !metadata.name.includes('-worker-'),
    );
    for (const { spec } of someOf(others)) {
      const [{ env = [], envFrom = [] }] = spec.template.spec.containers;
      expect(env.map(({ name }) => name)).not.toContain('SLACK_URL');
      expect(env.map(({ name }) => name)).toContain('NINEV_DEBUG');
      expect(envFrom).toEqual([{ configMapRef: { name: 'settings' } }]);
    }
  });
});

withHelm('only schedulers and the API get the address of the archive, from a secret', async () => {
  const archive = { existingSecret: 'archive', key: 'url', keep: '800d' };
  const nodes = nodesOf(await Release.render({ archive, status: { enabled: true } }));
  const given = nodes.map(({ spec }) => {
    const [{ args, env = [] }] = spec.template.spec.containers;
    return [args, env.filter(({ name }) => name.startsWith('NINEV_ARCHIVE'))];
  });
  const variables = [
    { name: 'NINEV_ARCHIVE_URL', valueFrom: { secretKeyRef: { name: 'archive', key: 'url' } } },
    { name: 'NINEV_ARCHIVE_KEEP', value: '800d' },
  ];
  expect(given).toHaveLength(4);
  expect(given).toEqual(
    expect.arrayContaining([
      [['scheduler'], variables],
      [['api'], variables],
      [['worker'], []],
      [['status'], []],
    ]),
  );
});
