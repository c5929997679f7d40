export { waitFor } from '@9volt/testing';
export { TestEtcd } from './etcd-process.js';
export * from './hostile-values.js';
export * from './severable-proxy.js';
export * from './start-etcd.js';
export * from './test-node.js';
export * from './whole-values.js';
