export * from '../../harness/index.js';
export * from './audit-trail.js';
export * from './fake-clock.js';
export * from './monitor-edits.js';
export * from './node-network.js';
export * from './fault-bench.js';
export * from './results.js';
export * from './poison-story.js';
