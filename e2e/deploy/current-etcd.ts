import { join } from 'node:path';

/** The etcd that the chart and the compose file run, where tools/setup/go-tools.mjs built it. */
export const CURRENT_ETCD = join(import.meta.dirname, '../../.tools/etcd-3.6/etcd');
