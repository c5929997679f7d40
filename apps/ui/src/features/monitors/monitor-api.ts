import type { Schemas } from '../../lib/api-client.js';

export { monitorApi } from '../../lib/settings-api.js';

export type StateDetail = Schemas['StateDetail'];
export type CheckResult = Schemas['CheckResult'];

export const ENABLED = { disable: null, 'disable-until': null };
export const DISABLED = { disable: true, 'disable-until': null };
