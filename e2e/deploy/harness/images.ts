import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildah } from './containers.js';
import { attempt, ROOT, run } from './run.js';

const MINUTE = 60_000;
const DOCKERFILE = join(ROOT, 'docker', 'Dockerfile');

/** Builds a target of docker/Dockerfile (default: the last one) on a base made of this host's Node and npm. */
export async function buildImage(target?: string): Promise<string> {
  const base = await baseImage();
  const image = `localhost/9volt:${target ?? 'latest'}`;
  const commit = await run('git', ['rev-parse', '--short', 'HEAD']);
  await buildah(
    [
      ...['bud', '--isolation', 'chroot', '--format', 'docker', '--layers', '--pull-never'],
      ...['--build-arg', `BASE_IMAGE=${base}`, '--build-arg', `SOURCE_COMMIT=${commit}`],
      ...(target ? ['--target', target] : []),
      ...['--file', DOCKERFILE, '--tag', image, ROOT],
    ],
    { timeoutMs: 30 * MINUTE },
  );
  return image;
}

/** Replaces the official base image of the Dockerfile: the same release of Debian, with the Node and npm of this host. */
async function baseImage(): Promise<string> {
  const release = /^ARG BASE_IMAGE=node:\d+-(\w+)-slim$/m.exec(readFileSync(DOCKERFILE, 'utf8'))?.[1];
  if (release === undefined) throw new Error('docker/Dockerfile names another kind of base image than it did');
  const image = `localhost/9volt-base:${release}-node${process.version}`;
  const names = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}']);
  if (!names.split('\n').includes(image)) await makeBase(image, release);
  return image;
}

async function makeBase(image: string, release: string): Promise<void> {
  const dir = mkdtempSync(join(ROOT, '.tools', 'base-'));
  try {
    const mirror = await debianMirror();
    await run('debootstrap', ['--variant=minbase', release, dir, mirror], { timeoutMs: 15 * MINUTE });
    addNode(dir);
    await reachRegistries(dir);
    const container = await buildah(['from', 'scratch']);
    await buildah(['add', container, dir, '/'], { timeoutMs: 5 * MINUTE });
    await buildah(['commit', '--rm', container, image], { timeoutMs: 5 * MINUTE });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function addNode(dir: string): void {
  const modules = join(dir, 'usr/local/lib/node_modules');
  cpSync(process.execPath, join(dir, 'usr/local/bin/node'));
  cpSync(npmHome(), join(modules, 'npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(dir, 'usr/local/bin/npm'));
}

function npmHome(): string {
  return join(dirname(process.execPath), '../lib/node_modules/npm');
}

/** apt and npm use the same mirrors, proxies and certificates as on this host. */
async function reachRegistries(dir: string): Promise<void> {
  const apt = (await run('apt-config', ['dump']))
    .split('\n')
    .filter((line) => /^Acquire::(?:https?|Check-)/.test(line));
  writeFileSync(join(dir, 'etc/apt/apt.conf.d/00host'), `${apt.join('\n')}\n`);

  const settings = new Map<string, string>();
  for (const name of ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy']) {
    const value = await run('npm', ['config', 'get', name]);
    if (value !== '' && value !== 'null') settings.set(name, value);
  }
  const authorities = settings.get('cafile');
  if (authorities !== undefined) {
    mkdirSync(join(dir, dirname(authorities)), { recursive: true });
    cpSync(authorities, join(dir, authorities));
  }
  mkdirSync(join(dir, 'usr/local/etc'), { recursive: true });
  writeFileSync(join(dir, 'usr/local/etc/npmrc'), [...settings].map(([name, value]) => `${name}=${value}\n`).join(''));
}

async function debianMirror(): Promise<string> {
  const { stdout } = await attempt('apt-get', [
    ...['indextargets', '--format', '$(REPO_URI)'],
    ...['Created-By: Packages', 'Label: Debian'],
  ]);
  const [mirror] = stdout.split('\n');
  return mirror || 'http://deb.debian.org/debian';
}
