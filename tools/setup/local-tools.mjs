import { join } from 'node:path';

const toolsDir = join(import.meta.dirname, '../../.tools');

/** Where tools are kept that tests use and Debian does not have: built by the set-up, never needed by the product. */
export const localToolsDir = join(toolsDir, 'bin');

/** A current etcd, apart from the others: ordinary runs go on with the one of Debian. */
export const currentEtcdDir = join(toolsDir, 'etcd-3.6');
