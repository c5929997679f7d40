import { join } from 'node:path';

/** The etcd of the chart and the compose file, if tools/setup/go-tools.mjs has built it. */
export const CURRENT_ETCD = join(import.meta.dirname, '../../.tools/etcd-3.6/etcd');
