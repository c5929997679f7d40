import { createPrivateKey, X509Certificate } from 'node:crypto';
import { someOf } from '@9volt/testing';
import { describe, expect } from '@jest/globals';
import { given } from './given.js';
import { Release } from './helm/chart.js';
import {
  type DisruptionBudget,
  type Ingress,
  type Labels,
  matches,
  type NetworkPolicy,
  type Secret,
  type Service,
  type ServiceMonitor,
  type Workload,
} from './helm/manifests.js';
import { MATRIX } from './helm/matrix.js';

const withHelm = given('helm');

const selectedBy = (release: Release, selector: Labels): string[] =>
  release.workloads
    .filter(({ spec }) => matches(selector, spec.template.metadata.labels))
    .map(({ metadata }) => metadata.name);

describe.each(Object.entries(MATRIX))('the objects of the chart with %s', (_, values) => {
  withHelm('carry the recommended labels, and names that Kubernetes has room for', async () => {
    const release = await Release.render(values, 'a.release-with-the-longest-name-that-helm-ever-takes1');
    const labelled = [
      ...release.manifests.map(({ metadata }) => metadata),
      ...release.workloads.map(({ spec, metadata }) => ({ ...spec.template.metadata, name: metadata.name })),
    ];
    for (const { name, labels } of someOf(labelled)) {
      expect(labels).toMatchObject({
        'app.kubernetes.io/name': expect.stringMatching(/^(ninevolt|etcd|ninevolt-test)$/),
        'app.kubernetes.io/instance': 'a.release-with-the-longest-name-that-helm-ever-takes1',
        'app.kubernetes.io/part-of': 'ninevolt',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': expect.stringMatching(/^ninevolt-\d/),
      });
      for (const value of Object.values(labels)) expect(value.length).toBeLessThanOrEqual(63);
      expect(name.length).toBeLessThanOrEqual(80);
    }
    for (const { metadata } of someOf(release.all('Service'))) expect(metadata.name.length).toBeLessThanOrEqual(63);
    // With a hash of ten letters appended, it is a label.
    for (const { metadata } of release.all('StatefulSet')) expect(metadata.name.length).toBeLessThanOrEqual(52);
  });

  withHelm('select each their own pods, and no others', async () => {
    const release = await Release.render(values);
    for (const { metadata, spec } of someOf(release.workloads)) {
      expect(selectedBy(release, spec.selector.matchLabels)).toEqual([metadata.name]);
    }
    const nodes = release.all('Deployment').map(({ metadata }) => metadata.name);
    const [api, etcd, metrics] = ['-api', '-etcd', '-metrics'].map((ending) =>
      release.all<Service>('Service').find(({ metadata }) => metadata.name.endsWith(ending)),
    );
    expect(selectedBy(release, api?.spec.selector ?? {})).toEqual([expect.stringMatching(/-api$/)]);
    expect(selectedBy(release, metrics?.spec.selector ?? {})).toEqual(nodes);
    if (etcd) expect(selectedBy(release, etcd.spec.selector)).toEqual([expect.stringMatching(/-etcd$/)]);
    for (const { spec } of someOf(release.all<Service>('Service'))) {
      const pods = release.workloads.filter((workload) =>
        matches(spec.selector, workload.spec.template.metadata.labels),
      );
      for (const { name, port, targetPort } of someOf(spec.ports)) {
        for (const pod of someOf(pods)) {
          const [{ ports = [] }] = pod.spec.template.spec.containers;
          expect(
            ports.some((own) => (targetPort === undefined ? own.containerPort === port : own.name === targetPort)),
          ).toBe(true);
        }
        expect(name).not.toBe('');
      }
    }
    // A scrape of all processes must not find the test among them.
    expect(matches(metrics?.spec.selector ?? {}, release.one('Pod').metadata.labels)).toBe(false);
  });

  withHelm('let one pod of a kind go at a time, and never block a node for the only one', async () => {
    const release = await Release.render(values);
    const budgets = release.all<DisruptionBudget>('PodDisruptionBudget');
    const wanted = release.workloads.filter(({ spec }) => spec.replicas > 1).map(({ metadata }) => metadata.name);
    const enabled = !JSON.stringify(values).includes('"podDisruptionBudget":{"enabled":false}');
    expect(budgets.map(({ metadata }) => metadata.name).sort()).toEqual(enabled ? wanted.sort() : []);
    for (const { metadata, spec } of budgets) {
      expect(selectedBy(release, spec.selector.matchLabels)).toEqual([metadata.name]);
      expect(spec.maxUnavailable).toBe(1);
      // A member of etcd that is not ready counts: evicting another one, too, would end the majority.
      expect(spec.unhealthyPodEvictionPolicy).toBe(metadata.name.endsWith('-etcd') ? undefined : 'AlwaysAllow');
    }
  });
});

describe('the ingress', () => {
  withHelm('leads to the API, with the certificate, and links in alerts lead there too', async () => {
    const release = await Release.render(MATRIX['an ingress with TLS']);
    const { spec, metadata } = release.one<Ingress>('Ingress');
    const api = release.one<Service>('Service', '-api');
    expect(metadata.annotations).toEqual({ 'cert-manager.io/cluster-issuer': 'letsencrypt' });
    expect(spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['monitoring.example.com'], secretName: 'monitoring-tls' }],
      rules: [
        {
          host: 'monitoring.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: api.metadata.name, port: { name: api.spec.ports[0]?.name } } },
              },
            ],
          },
        },
      ],
    });
    expect(publicUrls(release)).toEqual(['https://monitoring.example.com']);
    expect(publicUrls(await Release.render(MATRIX['an ingress without TLS']))).toEqual([
      'http://monitoring.example.com',
    ]);
    expect(publicUrls(await Release.render(MATRIX['all there is']))).toEqual(['https://monitoring.example.com/9volt']);
    expect(publicUrls(await Release.render())).toEqual([]);
  });
});

function publicUrls(release: Release): string[] {
  const variables = release.workloads.flatMap(({ spec }) => spec.template.spec.containers[0].env ?? []);
  return [...new Set(variables.flatMap(({ name, value = '' }) => (name === 'NINEV_PUBLIC_URL' ? [value] : [])))];
}

describe('the ServiceMonitor', () => {
  withHelm('finds the service of all processes and no other, and shows a token', async () => {
    for (const [what, secret] of [
      ['a ServiceMonitor', { name: 'scrape', key: 'token' }],
      ['secrets that exist', { name: 'my-tokens', key: 'tokens.txt' }],
      ['all there is', { name: 'nine-metrics-token', key: 'token' }],
    ] as const) {
      const release = await Release.render(MATRIX[what]);
      const { spec } = release.one<ServiceMonitor>('ServiceMonitor');
      const found = release
        .all<Service>('Service')
        .filter(({ metadata }) => matches(spec.selector.matchLabels, metadata.labels));
      expect(found.map(({ metadata }) => metadata.name)).toEqual([expect.stringMatching(/-metrics$/)]);
      const [endpoint] = spec.endpoints;
      expect(endpoint).toMatchObject({ port: found[0]?.spec.ports[0]?.name, path: '/metrics' });
      expect(endpoint?.authorization.credentials).toEqual(secret);
    }
    expect((await Release.render(MATRIX['a ServiceMonitor'])).one('ServiceMonitor').metadata.labels).toMatchObject({
      release: 'prometheus',
    });
  });
});

describe('the etcd of the chart', () => {
  withHelm('forms a cluster of as many members as there are pods', async () => {
    for (const [what, size] of [
      ['nothing given', 3],
      ['one of each', 1],
      ['many of each', 5],
    ] as const) {
      const release = await Release.render(MATRIX[what]);
      const { metadata, spec } = release.one<Workload>('StatefulSet');
      const service = release.one<Service>('Service', '-etcd');
      const [{ command = [], env, readinessProbe, livenessProbe }] = spec.template.spec.containers;
      const names = Array.from({ length: size }, (_, n) => `${metadata.name}-${n}`);
      expect(spec).toMatchObject({
        replicas: size,
        serviceName: service.metadata.name,
        podManagementPolicy: 'Parallel',
      });
      expect(service.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      expect(env).toEqual([{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]);
      const peers = names.map((name) => `${name}=https://${name}.${service.metadata.name}:2380`).join(',');
      expect(command).toEqual(
        expect.arrayContaining([
          'etcd',
          '--name=$(POD_NAME)',
          '--snapshot-count=10000',
          '--enable-grpc-gateway=false',
          `--initial-cluster=${peers}`,
          `--initial-advertise-peer-urls=https://$(POD_NAME).${service.metadata.name}:2380`,
          `--advertise-client-urls=https://$(POD_NAME).${service.metadata.name}:2379`,
        ]),
      );
      expect(readinessProbe?.httpGet).toEqual({ path: '/health', port: 'health' });
      expect(livenessProbe).toMatchObject({ tcpSocket: { port: 'client' } });
      expect(membersOf(release)).toEqual([
        names.map((name) => `https://${name}.${service.metadata.name}:2379`).join(','),
      ]);
    }
  });

  withHelm('keeps its data in a claim of its own', async () => {
    const { spec } = (await Release.render(MATRIX['all there is'])).one<Workload>('StatefulSet');
    expect(spec.volumeClaimTemplates).toEqual([
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          resources: { requests: { storage: '20Gi' } },
        },
      },
    ]);
    const [{ command = [], volumeMounts = [] }] = spec.template.spec.containers;
    const dataDir = command.find((arg) => arg.startsWith('--data-dir='))?.slice('--data-dir='.length);
    // Below the volume's root, which has a lost+found.
    expect(volumeMounts[0]).toEqual({ name: 'data', mountPath: '/var/lib/etcd' });
    expect(dataDir).toBe('/var/lib/etcd/data');
  });

  withHelm('is reached by the pods of 9volt and its own members alone', async () => {
    const release = await Release.render();
    const { spec } = release.one<NetworkPolicy>('NetworkPolicy');
    expect(selectedBy(release, spec.podSelector.matchLabels)).toEqual([expect.stringMatching(/-etcd$/)]);
    const reach = spec.ingress.map(({ from, ports }) => ({
      from: from.flatMap(({ podSelector }) => selectedBy(release, podSelector.matchLabels)),
      ports: ports.map(({ port }) => port),
    }));
    const nodes = release.all('Deployment').map(({ metadata }) => metadata.name);
    expect(reach).toEqual([
      { from: nodes, ports: ['client'] },
      { from: [expect.stringMatching(/-etcd$/)], ports: ['peer'] },
    ]);
  });

  withHelm('lets in who shows a certificate, by whose name it is a user, and no user is a member', async () => {
    const release = await Release.render();
    const { spec, metadata } = release.one<Workload>('StatefulSet');
    const [{ command = [] }] = spec.template.spec.containers;
    expect(command).toEqual(
      expect.arrayContaining([
        '--client-cert-auth=true',
        '--peer-client-cert-auth=true',
        '--peer-cert-allowed-cn=etcd',
      ]),
    );
    expect(command.filter((arg) => /urls=http:/.test(arg))).toEqual(['--listen-metrics-urls=http://0.0.0.0:2381']);
    const of = (user: string): X509Certificate => {
      const { data } = release.one<Secret>('Secret', `-etcd-tls-${user}`);
      const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => Buffer.from(data[name] ?? '', 'base64'));
      const certificate = new X509Certificate(cert as Buffer);
      expect(certificate.verify(new X509Certificate(ca as Buffer).publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(key as Buffer))).toBe(true);
      return certificate;
    };
    for (const user of ['scheduler', 'worker', 'api']) expect(of(user).subject).toBe(`CN=9volt-${user}`);
    expect(of('root').subject).toBe('CN=root');
    const host = `${metadata.name}-2.${metadata.name}`;
    expect([of('etcd').subject, of('etcd').checkHost(host)]).toEqual(['CN=etcd', host]);
    expect(of('worker').checkHost(host)).toBeUndefined();
    for (const node of someOf(release.all<Workload>('Deployment'))) {
      const [role] = node.spec.template.spec.containers[0].args ?? [];
      const secrets = (node.spec.template.spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
      expect(secrets.filter((name) => name.includes('-tls-'))).toEqual([`${metadata.name}-tls-${role}`]);
    }
  });

  withHelm('keeps talking in the clear in a release of before, and where that is said', async () => {
    for (const [values, args] of [
      [{}, ['--is-upgrade']],
      [{ etcd: { tls: 'never' } }, []],
    ] as const) {
      const release = await Release.renderAnew(values, 'watch', args);
      expect(JSON.stringify(release.manifests)).not.toMatch(/https:|-tls|client-cert-auth/);
      expect(release.all('Job')).toEqual([]);
      const [{ readinessProbe }] = release.one<Workload>('StatefulSet').spec.template.spec.containers;
      expect(readinessProbe?.httpGet).toEqual({ path: '/health', port: 'client' });
    }
    expect((await Release.renderAnew({ etcd: { tls: 'always' } }, 'watch', ['--is-upgrade'])).all('Job')).toHaveLength(
      1,
    );
  });

  withHelm('is left out where there is another one, which is told with its secrets', async () => {
    const release = await Release.render(MATRIX['an etcd elsewhere, with TLS and a user']);
    expect(release.manifests.filter(({ metadata }) => metadata.name.includes('-etcd'))).toEqual([]);
    expect(membersOf(release)).toEqual(['https://etcd-0.example.com:2379,https://etcd-1.example.com:2379']);
    const [{ env = [] }] = (release.workloads[0] as Workload).spec.template.spec.containers;
    expect(Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]))).toMatchObject({
      NINEV_ETCD_CA: '/etc/ninevolt/etcd/ca.crt',
      NINEV_ETCD_CERT: '/etc/ninevolt/etcd/tls.crt',
      NINEV_ETCD_KEY: '/etc/ninevolt/etcd/tls.key',
      NINEV_ETCD_USERPASS: { secretKeyRef: { name: 'etcd-user', key: 'userpass' } },
    });
    const without = await Release.render(MATRIX['an etcd elsewhere that shows a certificate and wants none']);
    const [container] = (without.workloads[0] as Workload).spec.template.spec.containers;
    const told = (container.env ?? []).map(({ name }) => name);
    expect(told).toContain('NINEV_ETCD_CA');
    expect(told).not.toContain('NINEV_ETCD_CERT');
    const clear = await Release.render(MATRIX['an etcd elsewhere, in the clear']);
    expect(JSON.stringify(clear.manifests)).not.toMatch(/NINEV_ETCD_(CA|USERPASS)|etcd-tls/);
  });
});

function membersOf(release: Release): string[] {
  const variables = release
    .all<Workload>('Deployment')
    .flatMap(({ spec }) => spec.template.spec.containers[0].env ?? []);
  return [...new Set(variables.flatMap(({ name, value = '' }) => (name === 'NINEV_ETCD_MEMBERS' ? [value] : [])))];
}
