import { fileURLToPath } from 'node:url';

/** Code that is loaded into a process of 9volt before its own. 9volt itself knows nothing of it. */
const OWN_ADDRESS = fileURLToPath(new URL('own-address.mjs', import.meta.url));
const DROPPED_COMPARE = fileURLToPath(new URL('dropped-compare.mjs', import.meta.url));
const POISONOUS_TYPES = fileURLToPath(new URL('poisonous-types.mjs', import.meta.url));
const NEXT_VERSION = fileURLToPath(new URL('next-version.mjs', import.meta.url));

export interface Preloads {
  /** Connects from this address. */
  address?: string;
  /** Omits these comparisons from its transactions. */
  dropCompare?: string;
  /** Writes attributes that this version does not know. */
  nextVersion?: boolean;
  /** Knows types of monitors that kill the process they run in. */
  poisonousTypes?: boolean;
}

/** The environment that makes Node load them. */
export function preloadEnvironment({
  address,
  dropCompare,
  nextVersion,
  poisonousTypes,
}: Preloads): Record<string, string> {
  const modules = [
    ...(address === undefined ? [] : [OWN_ADDRESS]),
    ...(dropCompare === undefined ? [] : [DROPPED_COMPARE]),
    ...(nextVersion ? [NEXT_VERSION] : []),
    ...(poisonousTypes ? [POISONOUS_TYPES] : []),
  ];
  return {
    NODE_OPTIONS: modules.map((path) => `--import ${path}`).join(' '),
    ...(address === undefined ? {} : { TEST_OWN_ADDRESS: address }),
    ...(dropCompare === undefined ? {} : { TEST_DROP_COMPARE: dropCompare }),
  };
}
