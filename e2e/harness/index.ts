export * from './api-contract.js';
export * from './browser.js';
export * from './cluster.js';
export * from './cold-starts.js';
export * from './node-process.js';
export * from './run-command.js';
export * from './secured-etcd.js';
export { startSeverableProxy } from '@9volt/etcd-dal/testing';
export { EventStream, waitFor } from '@9volt/testing';
