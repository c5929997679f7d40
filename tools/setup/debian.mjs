import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { secondsSince, step } from '../console.mjs';
import { findCommand } from './find-command.mjs';
import { localToolsDir } from './local-tools.mjs';
import { unpackPackage } from './unpack-package.mjs';

// Servers such as dnsmasq are in directories that are not on an ordinary user's PATH.
const administratorDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The PATH of a process that runs what is installed here. */
export function toolPath() {
  return [localToolsDir, process.env.PATH, ...administratorDirs].join(delimiter);
}

/**
 * Installs the packages whose command or file is missing. One part of a file's path may be `*`, a version for instance. Of a package that is
 * to be `unpacked`, which would start a service if it were installed, the commands are put beside the local tools.
 * @param {{ command?: string, file?: string, package: string, optional?: boolean, unpacked?: boolean }[]} needs
 */
export function ensureDebianPackages(needs) {
  const missing = needs.filter((need) => !isPresent(need));
  const required = missing.filter(({ optional }) => !optional);
  try {
    const toInstall = missing.filter(({ unpacked }) => !unpacked);
    if (toInstall.length > 0) install(toInstall.map((need) => need.package));
    const toUnpack = missing.filter(({ unpacked }) => unpacked).map((need) => need.package);
    for (const name of new Set(toUnpack)) unpack(name);
  } catch (error) {
    if (required.length > 0) throw error;
  }
  const stillMissing = needs.filter((need) => !isPresent(need));
  for (const need of stillMissing.filter(({ optional }) => optional)) {
    step('packages', `without ${need.package}: it is optional and could not be installed`);
  }
  const absent = stillMissing.filter(({ optional }) => !optional);
  if (absent.length > 0) {
    throw new Error(
      `Not found after the installation: ${absent.map(({ command, file }) => command ?? file).join(', ')}.`,
    );
  }
}

function isPresent({ command, file }) {
  if (file) return isFilePresent(file);
  return (
    findCommand(command) !== undefined ||
    [localToolsDir, ...administratorDirs].some((dir) => existsSync(join(dir, command)))
  );
}

function isFilePresent(path) {
  const [parent, rest] = path.split('/*/');
  if (rest === undefined) return existsSync(path);
  return existsSync(parent) && readdirSync(parent).some((name) => existsSync(join(parent, name, rest)));
}

function install(packages) {
  const byHand = `Install by hand, then run this again: ${packages.join(' ')}`;
  if (!findCommand('apt-get')) throw new Error(`This is not a Debian system (no apt-get). ${byHand}`);
  const privilege = privilegePrefix();
  if (!privilege) {
    throw new Error(`Installing needs root. Run: sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
  }
  step('packages', `apt-get install ${packages.join(' ')} …`);
  const startedAt = Date.now();
  const installPackages = () => aptGet(privilege, ['install', '-y', '--no-install-recommends', ...packages]);
  if (!hasPackageLists()) aptGet(privilege, ['update']);
  let outcome = installPackages();
  if (outcome.status !== 0) {
    // Outdated package lists name versions that the mirror no longer has.
    aptGet(privilege, ['update']);
    outcome = installPackages();
  }
  if (outcome.status !== 0) {
    const reason =
      outcome.error?.message ?? `${outcome.stdout}${outcome.stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new Error(`apt-get install failed:\n${reason}\n${byHand}`);
  }
  step('packages', `installed in ${secondsSince(startedAt)}`);
}

function unpack(name) {
  step('packages', `unpacking the commands of ${name} …`);
  if (!hasPackageLists()) aptGet(privilegePrefix() ?? [], ['update']);
  try {
    unpackPackage(name, localToolsDir);
  } catch {
    aptGet(privilegePrefix() ?? [], ['update']);
    unpackPackage(name, localToolsDir);
  }
}

/** The prefix for a command that needs root; undefined if root is out of reach. */
function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  if (!findCommand('sudo')) return undefined;
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : undefined;
}

function aptGet(privilege, args) {
  const [command, ...rest] = [...privilege, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  return spawnSync(command, rest, { encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] });
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}
