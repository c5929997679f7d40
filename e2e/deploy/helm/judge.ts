import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Manifest } from './manifests.js';

const SCHEMAS = join(import.meta.dirname, '../schemas');
export const KUBERNETES = ['1.27', '1.37'] as const;

const GROUPS: Record<string, string> = {
  v1: 'io.k8s.api.core.v1',
  'apps/v1': 'io.k8s.api.apps.v1',
  'batch/v1': 'io.k8s.api.batch.v1',
  'policy/v1': 'io.k8s.api.policy.v1',
  'networking.k8s.io/v1': 'io.k8s.api.networking.v1',
};

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
for (const name of [...KUBERNETES.map((version) => `kubernetes-${version}`), 'servicemonitor']) {
  ajv.addSchema(JSON.parse(readFileSync(join(SCHEMAS, `${name}.json`), 'utf8')) as object);
}

/** The errors of this Kubernetes, as sentences; unknown fields are errors, and so is a null, which Kubernetes would drop. */
export function faultsOf(manifest: Manifest, version: (typeof KUBERNETES)[number]): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const judge = schemaOf(apiVersion, kind, version);
  const name = `${kind} ${metadata.name}`;
  if (judge === undefined) return [`${name}: no schema for ${apiVersion}`];
  judge(manifest);
  const faults = (judge.errors ?? []).map(
    ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  return [...faults, ...nullsIn(manifest).map((path) => `${name}${path} is null`)];
}

function schemaOf(apiVersion: string, kind: string, version: string): ValidateFunction | undefined {
  if (apiVersion === 'monitoring.coreos.com/v1' && kind === 'ServiceMonitor') return ajv.getSchema('servicemonitor');
  const group = GROUPS[apiVersion];
  return group === undefined ? undefined : ajv.getSchema(`kubernetes-${version}#/$defs/${group}.${kind}`);
}

function nullsIn(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value as object).flatMap(([key, inner]) => nullsIn(inner, `${path}/${key}`));
}
