export { TestEtcd } from './etcd-process.js';
export { freePort } from './free-port.js';
export * from './hostile-values.js';
export * from './severable-proxy.js';
export * from './start-etcd.js';
export * from './test-node.js';
export * from './wait-for.js';
export * from './whole-values.js';
