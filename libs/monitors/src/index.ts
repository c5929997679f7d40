export * from './define-monitor.js';
export { Programs } from './exec/programs.js';
export * from './registry.js';
export * from './validate-monitor.js';
export * from './weigh-monitor.js';
export { limitTargets } from './net/resolve-host.js';
