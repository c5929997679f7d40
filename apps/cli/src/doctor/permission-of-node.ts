import { isIP } from 'node:net';
import { alerterTypes } from '@9volt/alerters';
import {
  type AlerterSettings,
  isTargetRefusal,
  type MonitorSettings,
  programRefusal,
  referencesIn,
  type Target,
  textsIn,
} from '@9volt/contracts';
import { GuardedTargets, monitorTypes } from '@9volt/monitors';
import { type NodeConfig, SecretReader } from '@9volt/platform';
import { type Finding, ok, some, warning } from './finding.js';

/** The permissions of a node. */
export type Permissions = Pick<NodeConfig, 'programs' | 'secretSources' | 'ownSecretFiles' | 'targets'>;

export interface Declared {
  monitors: ReadonlyMap<string, MonitorSettings>;
  alerters: ReadonlyMap<string, AlerterSettings>;
}

/**
 * The parts of the configuration that a node with these permissions would refuse to run, to read or to connect to. It looks up no
 * names.
 */
export async function permissionsOfNode(declared: Declared, permissions: Permissions): Promise<Finding[]> {
  const secrets = new SecretReader(permissions.secretSources, {}, permissions.ownSecretFiles);
  const targets = new GuardedTargets(permissions.targets);
  const programs: string[] = [];
  const references: string[] = [];
  const places: string[] = [];
  const look = async (what: string, settings: object, program: string | undefined): Promise<void> => {
    if (program !== undefined && programRefusal(permissions.programs.rules, program) !== undefined) programs.push(what);
    const texts = Object.values(settings).flatMap(textsIn);
    for (const reference of texts.flatMap(referencesIn)) {
      if (await secrets.permits(reference)) continue;
      references.push(what);
      break;
    }
    for (const target of targetsIn(settings as Record<string, unknown>, texts)) {
      if (!(await isRefused(targets, target))) continue;
      places.push(what);
      break;
    }
  };
  for (const [name, settings] of declared.monitors) {
    await look(`monitor ${name}`, settings, monitorTypes.get(settings.type)?.program?.(settings));
  }
  for (const [name, { type, options }] of declared.alerters) {
    await look(`alerter ${name}`, options, alerterTypes.get(type)?.program?.(options));
  }
  return [
    finding('programs', programs, 'workers do not run these programs', 'name their programs in --exec-allow'),
    finding('secrets', references, 'workers do not provide these secrets', 'name them in --secret-sources'),
    finding(
      'targets',
      places,
      'workers do not connect to these addresses',
      'use another address, or name it in --target-allow',
    ),
  ];
}

function finding(subject: string, refused: readonly string[], what: string, advice: string): Finding {
  const where = 'by a process with the environment of this command';
  if (refused.length === 0) return ok(subject, `all ${subject} are permitted ${where}`);
  return warning(subject, `${some(refused)}: ${what} ${where}`, `${advice} where such a node is started`);
}

/** Those that are written as addresses. */
function targetsIn({ host, port }: Record<string, unknown>, texts: readonly string[]): Target[] {
  const ofMonitor = typeof host === 'string' ? [{ host, ...(typeof port === 'number' ? { port } : {}) }] : [];
  const ofUrls = texts
    .filter((text) => /^https?:\/\//i.test(text) && URL.canParse(text))
    .map((text) => new URL(text))
    .map((url) => ({ host: url.hostname, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) }));
  return [...ofMonitor, ...ofUrls]
    .map((target) => ({ ...target, host: target.host.replace(/^\[|\]$/g, '') }))
    .filter((target) => target.host === 'localhost' || isIP(target.host.split('%', 1)[0] as string) !== 0);
}

function isRefused(targets: GuardedTargets, target: Target): Promise<boolean> {
  return targets.resolve(target, { onEnd: () => undefined }).then(() => false, isTargetRefusal);
}
