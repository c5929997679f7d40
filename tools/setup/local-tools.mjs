import { join } from 'node:path';

const toolsDir = join(import.meta.dirname, '../../.tools');

/** Directory of tools that tests use and Debian does not have: built by the set-up, never needed by 9volt itself. */
export const localToolsDir = join(toolsDir, 'bin');

/** A current etcd, apart from the others: ordinary runs use Debian's. */
export const currentEtcdDir = join(toolsDir, 'etcd-3.6');
