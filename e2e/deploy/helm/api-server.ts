import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Manifest } from './manifests.js';

const RESOURCES: Record<string, Record<string, string>> = {
  v1: { Secret: 'secrets', Service: 'services', ServiceAccount: 'serviceaccounts', Pod: 'pods' },
  'apps/v1': { Deployment: 'deployments', StatefulSet: 'statefulsets' },
  'policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
  'networking.k8s.io/v1': { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' },
  'monitoring.coreos.com/v1': { ServiceMonitor: 'servicemonitors' },
};

/** The part of Kubernetes' API that helm asks in a dry run: the kinds, and whether an object exists. */
export class ApiServer {
  private readonly stored = new Map<string, Manifest>();
  private readonly server = createServer(({ url = '' }, response) => {
    const answer = this.answer(new URL(url, 'http://localhost').pathname);
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? missing));
  });

  static async start(): Promise<ApiServer> {
    const started = new ApiServer();
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  /** For helm. */
  get args(): string[] {
    return ['--kube-apiserver', `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`];
  }

  store(namespace: string, manifest: Manifest): void {
    const { apiVersion, kind, metadata } = manifest;
    const resource = RESOURCES[apiVersion]?.[kind];
    this.stored.set(`${rootOf(apiVersion)}/namespaces/${namespace}/${resource}/${metadata.name}`, manifest);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(path: string): object | undefined {
    const groups = Object.keys(RESOURCES).filter((groupVersion) => groupVersion !== 'v1');
    if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.0' };
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) };
    // There is no release; helm keeps releases in secrets.
    if (path.endsWith('/secrets')) return { kind: 'SecretList', apiVersion: 'v1', metadata: {}, items: [] };
    const groupVersion = Object.keys(RESOURCES).find((known) => rootOf(known) === path);
    return groupVersion === undefined ? this.stored.get(path) : describeResources(groupVersion);
  }
}

function rootOf(groupVersion: string): string {
  return groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
}

function describeGroup(groupVersion: string): object {
  const [name, version] = groupVersion.split('/');
  const preferredVersion = { groupVersion, version };
  return { name, versions: [preferredVersion], preferredVersion };
}

function describeResources(groupVersion: string): object {
  const resources = Object.entries(RESOURCES[groupVersion] ?? {}).map(([kind, name]) => ({
    name,
    kind,
    singularName: kind.toLowerCase(),
    namespaced: true,
    verbs: ['get'],
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}
