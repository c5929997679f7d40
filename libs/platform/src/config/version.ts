import { readFileSync } from 'node:fs';

interface Package {
  version: string;
  /** Commit that a package was made from; set by the packaging script. */
  gitHead?: string;
}

const { version, gitHead } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Package;

/** The version of this build, as `/version` tells it. */
export const VERSION = { semver: version, text: `${version} - ${gitHead ?? 'development'}` } as const;
