import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { secondsSince, step } from '../console.mjs';
import { findCommand } from './find-command.mjs';
import { currentEtcdDir, localToolsDir } from './local-tools.mjs';

const helmVersion = 'v3.19.5';
/** The one that the chart and the compose file run. */
const etcdVersion = 'v3.6.4';

// As helm's own build sets them. Without the latter helm considers itself one for Kubernetes 1.20, and refuses a chart that needs
// more if no cluster tells its version.
const helmSettings = {
  'internal/version.version': helmVersion,
  'pkg/chartutil.k8sVersionMajor': '1',
  'pkg/chartutil.k8sVersionMinor': '34',
  'pkg/lint/rules.k8sVersionMajor': '1',
  'pkg/lint/rules.k8sVersionMinor': '34',
};

const helmTool = {
  command: 'helm',
  dir: localToolsDir,
  module: 'helm.sh/helm/v3',
  main: '/cmd/helm',
  version: helmVersion,
  settings: helmSettings,
};

export const etcdTools = ['server', 'etcdctl', 'etcdutl'].map((part) => ({
  command: part === 'server' ? 'etcd' : part,
  dir: currentEtcdDir,
  module: `go.etcd.io/etcd/${part}/v3`,
  version: etcdVersion,
}));

/** Builds those of these tools from the Go module proxy that are missing or of another version. */
export function ensureGoTools(tools = [helmTool, ...etcdTools]) {
  const hasGo = findCommand('go') !== undefined;
  const missing = tools.filter((tool) => !isPresent(tool, hasGo));
  if (missing.length === 0) return;
  if (!hasGo) {
    const wanted = missing.map(({ command, dir, version }) => `  ${join(dir, command)} (${version})`);
    throw new Error(
      `No Go on the PATH to build test tools with. Install Go 1.24 or newer, or put there by hand:\n${wanted.join('\n')}`,
    );
  }
  missing.forEach(build);
}

/** Without Go nobody can find out the version of a program; the existing one is used as it is. */
function isPresent({ command, dir, module, version }, hasGo) {
  const file = join(dir, command);
  if (!existsSync(file)) return false;
  return !hasGo || go(['version', '-m', file], dir).includes(`\tmod\t${module}\t${version}\t`);
}

/** In a module made for it: `go install` refuses a module whose go.mod has replacements, like etcd's. */
function build({ command, dir, module, main = '', version, settings = {} }) {
  step('go tools', `${command} ${version} …`);
  const startedAt = Date.now();
  mkdirSync(dir, { recursive: true });
  const place = mkdtempSync(join(dir, `.build-${command}-`));
  const linkerFlags = Object.entries(settings).map(([name, value]) => `-X ${module}/${name}=${value}`);
  try {
    go(['mod', 'init', 'tools'], place);
    go(['get', `${module}${main}@${version}`], place);
    go(['build', '-trimpath', `-ldflags=${linkerFlags.join(' ')}`, '-o', command, `${module}${main}`], place);
    // Under its final name only once it is whole.
    renameSync(join(place, command), join(dir, command));
  } catch (error) {
    throw new Error(`${command} ${version} could not be built from the Go module proxy:\n${error.message}`, {
      cause: error,
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  step('go tools', `${command} ${version} built in ${secondsSince(startedAt)}`);
}

function go(args, cwd) {
  const { status, stdout, stderr, error } = spawnSync('go', args, {
    cwd,
    encoding: 'utf8',
    // Fetches only these modules, and no newer Go.
    env: { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' },
  });
  if (status !== 0)
    throw new Error(error?.message ?? `go ${args[0]}: ${(stderr || stdout).trim().split('\n').slice(-10).join('\n')}`);
  return stdout;
}
