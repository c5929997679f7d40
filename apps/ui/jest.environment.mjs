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

/** jsdom with Node's own versions of browser features that jsdom lacks and the router needs. */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of NEEDED) this.global[name] = globalThis[name];
  }
}
