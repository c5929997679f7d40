export * from './deadlines.js';
export * from './environment.js';
export * from './head.js';
export * from './kill-group.js';
export * from './programs.js';
export * from './run-program.js';
export * from './scope.js';
export * from './stop-signal.js';
