/** The parts of Kubernetes' objects that the specs look at. */

export type Labels = Record<string, string>;

export interface Probe {
  httpGet?: { path: string; port: string };
  tcpSocket?: { port: string };
  periodSeconds?: number;
  failureThreshold?: number;
}

interface EnvironmentVariable {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    secretKeyRef?: { name: string; key: string };
  };
}

export interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  env?: EnvironmentVariable[];
  envFrom?: unknown[];
  ports?: { name: string; containerPort: number }[];
  lifecycle?: { preStop?: { exec: { command: string[] } } };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: { requests?: Labels; limits?: Labels };
  securityContext: {
    allowPrivilegeEscalation: boolean;
    readOnlyRootFilesystem: boolean;
    capabilities: { drop: string[]; add?: string[] };
  };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  terminationGracePeriodSeconds?: number;
  imagePullSecrets?: { name: string }[];
  priorityClassName?: string;
  nodeSelector?: Labels;
  securityContext: {
    runAsNonRoot: boolean;
    runAsUser: number;
    runAsGroup: number;
    fsGroup: number;
    seccompProfile: { type: string };
  };
  topologySpreadConstraints?: { topologyKey: string; labelSelector: { matchLabels: Labels } }[];
  containers: [Container];
  volumes?: { name: string; secret?: { secretName: string }; emptyDir?: object }[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Labels; annotations?: Labels };
}

export interface Workload extends Manifest {
  spec: {
    replicas: number;
    strategy?: { rollingUpdate: { maxUnavailable: number; maxSurge: number } };
    serviceName?: string;
    podManagementPolicy?: string;
    selector: { matchLabels: Labels };
    template: { metadata: { labels: Labels; annotations?: Labels }; spec: PodSpec };
    volumeClaimTemplates?: {
      metadata: { name: string };
      spec: { accessModes: string[]; storageClassName?: string; resources: { requests: Labels } };
    }[];
  };
}

export interface Service extends Manifest {
  spec: {
    type?: string;
    clusterIP?: string;
    publishNotReadyAddresses?: boolean;
    selector: Labels;
    ports: { name: string; port: number; targetPort?: string }[];
  };
}

export interface DisruptionBudget extends Manifest {
  spec: { maxUnavailable: number; unhealthyPodEvictionPolicy?: string; selector: { matchLabels: Labels } };
}

export interface Ingress extends Manifest {
  spec: {
    ingressClassName?: string;
    tls?: { hosts: string[]; secretName: string }[];
    rules: {
      host: string;
      http: { paths: { path: string; backend: { service: { name: string; port: { name: string } } } }[] };
    }[];
  };
}

export interface NetworkPolicy extends Manifest {
  spec: {
    podSelector: { matchLabels: Labels };
    ingress: { from: { podSelector: { matchLabels: Labels } }[]; ports: { port: string }[] }[];
  };
}

export interface ServiceMonitor extends Manifest {
  spec: {
    selector: { matchLabels: Labels };
    endpoints: {
      port: string;
      path: string;
      interval: string;
      authorization: { credentials: { name: string; key: string } };
    }[];
  };
}

export interface Secret extends Manifest {
  data: Labels;
}

export interface TestPod extends Manifest {
  spec: PodSpec & { restartPolicy: string };
}

export function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
