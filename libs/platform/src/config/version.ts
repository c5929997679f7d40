import { readFileSync } from 'node:fs';

interface Package {
  version: string;
  /** Commit of the package; the packaging script sets it. */
  gitHead?: string;
}

const { version, gitHead } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Package;

/** The version of this build, as in `/version`. */
export const VERSION = { semver: version, text: `${version} - ${gitHead ?? 'development'}` } as const;
