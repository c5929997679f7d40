export * from './define-monitor.js';
export * from './registry.js';
export * from './validate-monitor.js';
export * from './weigh-monitor.js';
export { GuardedTargets } from './net/guarded-targets.js';
