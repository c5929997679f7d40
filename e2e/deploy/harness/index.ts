export * from './containers.js';
export * from './images.js';
export * from './run.js';
export * from './compose-file.js';
export * from './service.js';
