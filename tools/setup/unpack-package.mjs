import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Puts the commands of a Debian package into a directory without installing it: no service is started, no user is made, root is not needed.
 * For packages whose commands need no files beside them.
 */
export function unpackPackage(name, toDir) {
  const dir = mkdtempSync(join(tmpdir(), 'ninevolt-package-'));
  try {
    run('apt-get', ['-q', 'download', name], dir);
    const file = readdirSync(dir).find((entry) => entry.endsWith('.deb'));
    if (!file) throw new Error(`apt-get downloaded no package ${name}`);
    run('dpkg-deb', ['--extract', file, 'root'], dir);
    mkdirSync(toDir, { recursive: true });
    for (const bin of ['root/usr/bin', 'root/usr/sbin'].map((path) => join(dir, path))) {
      if (existsSync(bin)) cpSync(bin, toDir, { recursive: true });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function run(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`);
}
