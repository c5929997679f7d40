export * from './authority.js';
export * from './certificate.js';
export * from './dns-target.js';
export * from './http-target.js';
export * from './probe-contract.js';
export * from './run-probe.js';
export * from './tcp-server.js';
export * from './tcp-target.js';
