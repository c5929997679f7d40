import { TestEnvironment } from 'jest-environment-jsdom';

const NEEDED = [
  'TextDecoder',
  'TextEncoder',
  'Request',
  'Response',
  'Headers',
  'AbortController',
  'AbortSignal',
  'structuredClone',
];

/** jsdom with what browsers have, jsdom has not, and the router asks for: Node's own. */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of NEEDED) this.global[name] = globalThis[name];
  }
}
