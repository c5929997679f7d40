import { join } from 'node:path';

/** Where tools are kept that tests use and Debian does not have: built by the set-up, never needed by the product. */
export const localToolsDir = join(import.meta.dirname, '../../.tools/bin');
