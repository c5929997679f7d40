import type { Values } from './chart.js';

const placement = {
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } },
        },
      ],
    },
  },
  tolerations: [{ key: 'monitoring', operator: 'Exists', effect: 'NoSchedule' }],
};

const etcdElsewhere = {
  enabled: false,
  external: {
    members: ['https://etcd-0.example.com:2379', 'https://etcd-1.example.com:2379'],
    tlsSecret: 'etcd-client',
    authSecret: 'etcd-user',
  },
};

const pools = [
  { name: 'default', replicas: 3 },
  { name: 'ping', replicas: 2, tags: ['ping', 'eu west'], plugins: true, netRaw: true },
  { name: 'edge', tags: ['edge'], ...placement },
  { name: 'asleep', replicas: 0, tags: ['later'] },
];

/** Typical values that operators set. */
export const MATRIX: Record<string, Values> = {
  'nothing given': {},
  'an etcd elsewhere, with TLS and a user': { etcd: etcdElsewhere },
  'an etcd elsewhere that shows a certificate and wants none': {
    etcd: { ...etcdElsewhere, external: { ...etcdElsewhere.external, clientCertificate: false } },
  },
  'an etcd elsewhere, in the clear': { etcd: { enabled: false, external: { members: ['http://10.0.0.1:2379'] } } },
  'several pools': { workerPools: pools },
  'pools that say no to what is the default': {
    workerDefaults: { plugins: true, netRaw: true },
    workerPools: [{ name: 'with' }, { name: 'without', plugins: false, netRaw: false }],
  },
  'an ingress with TLS': {
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'monitoring.example.com',
      tlsSecret: 'monitoring-tls',
      annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
    },
  },
  'an ingress without TLS': { ingress: { enabled: true, host: 'monitoring.example.com' } },
  'a ServiceMonitor': {
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, tokenSecret: { name: 'scrape', key: 'token' } },
  },
  'an archive': { archive: { existingSecret: 'archive', key: 'url', keep: '800d' } },
  'secrets that exist': {
    accessTokens: { existingSecret: 'my-tokens', key: 'tokens.txt' },
    serviceMonitor: { enabled: true },
  },
  'one of each': {
    etcd: { replicas: 1 },
    scheduler: { replicas: 1 },
    api: { replicas: 1 },
    workerPools: [{ name: 'default', replicas: 1 }],
  },
  'many of each': {
    etcd: { replicas: 5 },
    scheduler: { replicas: 3 },
    api: { replicas: 10 },
    workerPools: [{ name: 'default', replicas: 50 }],
  },
  'no budgets and no policies': { podDisruptionBudget: { enabled: false }, etcd: { networkPolicy: false } },
  'all there is': {
    fullnameOverride: 'nine',
    image: { repository: 'registry.example.com/9volt', tag: '1.0', pullPolicy: 'Always' },
    imagePullSecrets: [{ name: 'registry' }],
    publicUrl: 'https://monitoring.example.com/9volt',
    extraEnv: [{ name: 'NINEV_DEBUG', value: 'true' }],
    extraEnvFrom: [{ configMapRef: { name: 'settings' } }],
    podAnnotations: { 'sidecar.istio.io/inject': 'false' },
    priorityClassName: 'monitoring',
    etcd: { persistence: { size: '20Gi', storageClass: 'fast' }, prefix: 'team', ...placement },
    scheduler: placement,
    api: {
      ...placement,
      service: { type: 'LoadBalancer', port: 8443, annotations: { 'example.com/internal': 'true' } },
    },
    workerPools: pools,
    workerDefaults: {
      extraEnv: [{ name: 'SLACK_URL', valueFrom: { secretKeyRef: { name: 'alerting', key: 'slack' } } }],
      extraEnvFrom: [{ secretRef: { name: 'alerting' } }],
      extraVolumes: [{ name: 'plugins', configMap: { name: 'plugins', defaultMode: 0o755 } }],
      extraVolumeMounts: [{ name: 'plugins', mountPath: '/opt/plugins', readOnly: true }],
    },
    ingress: { enabled: true, host: 'monitoring.example.com', tlsSecret: 'monitoring-tls' },
    serviceMonitor: { enabled: true, interval: '10s' },
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } },
  },
};
